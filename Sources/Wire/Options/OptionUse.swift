/// Which paintings look at an option. With the others it has no effect, and their reports leave it out.
package struct OptionUse: Sendable {
    /// What is painted.
    package enum Subject: Sendable {
        case picture, film
        /// Not known yet: whatever one of the two looks at counts.
        case either
    }

    /// A sentence.
    package let text: String
    /// By the options as resolved.
    let holds: @Sendable (JobOptions, Subject) -> Bool

    private init(_ text: String, _ holds: @escaping @Sendable (JobOptions, Subject) -> Bool) {
        self.text = text
        self.holds = holds
    }

    private init(_ text: String, _ holds: @escaping @Sendable (JobOptions) -> Bool) {
        self.init(text) { options, _ in holds(options) }
    }

    /// Those whose pixels are optimised.
    static let optimising = OptionUse("Not with \(fast).") { $0.isOptimised }
    /// Those that go through the network of one pass, or go on from what it makes.
    static let passing = OptionUse("Only with \(fast), and with `start: \(StyleStart.pass.rawValue)`.") {
        !$0.isOptimised || $0.start == .pass
    }
    /// Those that something of is drawn, or looked for by the network of features.
    static let looking = OptionUse("With \(fast) only beside `clusters`.") {
        $0.isOptimised || $0.clusters != nil
    }
    /// Those whose result is a picture.
    static let pictures = OptionUse("Of pictures.") { $1 != .film }
    static let films = OptionUse("Of films.") { $1 != .picture }
    /// Films whose frames are optimised, each held to those before it.
    static let steadyFilms = OptionUse("Of steady films, and not with \(fast).") {
        $0.isOptimised && $1 != .picture && $0.steady ?? true
    }
    /// Those whose result is written with losses.
    static let lossy = OptionUse("Not of PNG, TIFF and Y4M.") { options, subject in
        let isLossyPicture = [.jpeg, .webp].contains(options.format ?? .jpeg)
        let isLossyFilm = options.filmFormat ?? .mp4 == .mp4
        return switch subject {
        case .picture: isLossyPicture
        case .film: isLossyFilm
        case .either: isLossyPicture || isLossyFilm
        }
    }

    static func colours(_ colours: StyleColors) -> Self {
        OptionUse("Only with `colors: \(colours.rawValue)`.") { $0.colors == colours }
    }

    /// Optimised ones in which a loss has a weight, the option `key`.
    static func weighing(
        _ key: String, _ weight: KeyPath<OptionCatalogue, OptionKey<Double>> & Sendable
    ) -> Self {
        OptionUse("Not with \(fast), and only with `\(key)` above 0.") {
            $0.isOptimised && $0[dynamicMember: weight] ?? 0 > 0
        }
    }

    /// Optimised ones whose styles have no size of their own.
    static let styleScaling = OptionUse("Not with \(fast), nor beside `styleSize`.") {
        $0.isOptimised && $0.styleSize == nil
    }

    private static var fast: String { "`\(StylePreset.fast.rawValue)`" }
}

extension JobOptions {
    fileprivate var isOptimised: Bool { self.preset ?? .standard != .fast }
}
