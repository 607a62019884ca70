/// Which paintings look at an option. With the others it has no effect, and their reports leave it out.
package struct OptionUse: Sendable {
    /// A sentence.
    package let text: String
    /// By the options as resolved.
    let holds: @Sendable (JobOptions) -> Bool

    /// Those whose pixels are optimised.
    static let optimising = OptionUse(text: "Not with \(fast).") { $0.isOptimised }
    /// Those that go through the network of one pass, or go on from what it makes.
    static let passing = OptionUse(text: "Only with \(fast), and with `start: \(StyleStart.pass.rawValue)`.") {
        !$0.isOptimised || $0.start == .pass
    }
    /// Those that something of is drawn, or looked for by the network of features.
    static let looking = OptionUse(text: "With \(fast) only beside `clusters`.") {
        $0.isOptimised || $0.clusters != nil
    }

    private static var fast: String { "`\(StylePreset.fast.rawValue)`" }
}

extension JobOptions {
    fileprivate var isOptimised: Bool { self.preset ?? .standard != .fast }
}
