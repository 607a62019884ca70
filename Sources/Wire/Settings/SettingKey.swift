import Parsing

/// One setting: its name, what it may be, and where it lives in ``Settings``.
package struct SettingKey: Sendable {
    /// As in the YAML file, with dots: `intake.stability`.
    package let name: String
    /// One sentence for the manual and `limner config --explain`.
    package let summary: String
    package let environmentName: String
    /// What a value may be, in words.
    package let expected: String
    private let read: @Sendable (Settings) -> String
    private let write: @Sendable (inout Settings, String) throws(Refusal) -> Void

    /// Why a text was not accepted.
    package struct Refusal: Error, Sendable, Equatable {
        package var expected: String
        package var nearest: String?
    }

    /// - Parameter environmentName: when it is not made from the name.
    init<Value>(
        _ name: String, _ place: WritableKeyPath<Settings, Value> & Sendable, _ form: SettingForm<Value>,
        _ summary: String, environmentName: String? = nil
    ) {
        self.name = name
        self.summary = summary
        self.environmentName = environmentName ?? Self.environmentName(of: name)
        expected = form.expected
        read = { form.text($0[keyPath: place]) }
        write = { settings, text throws(Refusal) in settings[keyPath: place] = try form.value(text) }
    }

    /// The default of an option that jobs may leave open; where a 0 stands for none, there may be none.
    init(_ option: JobOption, _ setting: JobOption.Setting) {
        let who = option.places.contains(.styleFile) ? "Style or job" : "The job"
        let zero = setting.zeroMeans.map { "; 0 means \($0)" } ?? ""
        let expected = (setting.zeroMeans == nil ? "" : "0, or ") + option.expected
        name = setting.name
        summary = "\(option.summary) \(who) may say otherwise\(zero)."
        environmentName = Self.environmentName(of: setting.name)
        self.expected = expected
        read = { $0.options[option]?.text ?? "0" }
        write = { settings, text throws(Refusal) in
            if setting.zeroMeans != nil, text == "0" {
                settings.options[option] = nil
                return
            }
            do throws(ManifestError) {
                settings.options[option] = try JobOptions(option, words: [text])[option]
            } catch {
                guard case .refused(_, _, let nearest) = error.mistakes[0].problem else {
                    throw Refusal(expected: expected)
                }
                throw Refusal(expected: expected, nearest: nearest)
            }
        }
    }

    /// The value in force as text that ``set(_:in:)`` reads back.
    package func text(in settings: Settings) -> String { read(settings) }

    /// Reads a text.
    ///
    /// - Throws: what was expected; then the settings are as they were.
    func set(_ text: String, in settings: inout Settings) throws(Refusal) { try write(&settings, text) }

    /// `LIMNER_` and the name in capitals: `engine.openblasCoreType` is `LIMNER_ENGINE_OPENBLAS_CORE_TYPE`.
    static func environmentName(of name: String) -> String {
        var text = "LIMNER_"
        var previousIsSmall = false
        for character in name {
            if character == "." {
                text.append("_")
            } else {
                if character.isUppercase, previousIsSmall { text.append("_") }
                text.append(contentsOf: character.uppercased())
            }
            previousIsSmall = character.isLowercase
        }
        return text
    }
}

/// What the values of a setting may be: how they are read from text, written as text, and described.
struct SettingForm<Value: Sendable>: Sendable {
    /// What a value may be, in words.
    let expected: String
    let text: @Sendable (Value) -> String
    /// The value of a text.
    let value: @Sendable (String) throws(SettingKey.Refusal) -> Value

    /// - Parameters:
    ///   - names: what a mistyped value may have been meant for.
    ///   - read: the value, or `nil` for a text that is refused.
    init(
        _ expected: String, refusing refused: String? = nil, names: [String] = [],
        text: @escaping @Sendable (Value) -> String, read: @escaping @Sendable (String) -> Value?
    ) {
        self.expected = expected
        self.text = text
        value = { text throws(SettingKey.Refusal) in
            if let value = read(text) { return value }
            throw SettingKey.Refusal(expected: refused ?? expected, nearest: NearestName.of(text, among: names))
        }
    }
}

extension SettingForm<String> {
    private init(
        _ expected: String, refusing refused: String? = nil, names: [String] = [],
        isAccepted: @escaping @Sendable (String) -> Bool
    ) {
        self.init(expected, refusing: refused, names: names, text: { $0 }, read: { isAccepted($0) ? $0 : nil })
    }

    static var text: Self { Self("text") { _ in true } }

    static var path: Self { Self("an absolute path", refusing: absolute, isAccepted: isAbsolute) }

    /// An absolute path, or nothing, which stands for none.
    static var pathOrNothing: Self {
        Self("an absolute path, or nothing", refusing: absolute) { $0.isEmpty || isAbsolute($0) }
    }

    private static var absolute: String { "an absolute path without \"..\"" }

    private static func isAbsolute(_ text: String) -> Bool {
        let goesUp = TextRule.parts(ofPath: text).contains { $0.utf8.elementsEqual("..".utf8) }
        return text.utf8.first == UInt8(ascii: "/") && !goesUp && !text.utf8.contains(0)
    }

    /// ``IgnoredNames``.
    static var patterns: Self {
        Self("names with * and ?, without slashes, separated by commas") { IgnoredNames($0) != nil }
    }

    /// The built-in face embedder, or one that the user imported or had learned.
    static var embedder: Self {
        let builtIn = SettingKey.builtInEmbedder
        return Self("\(builtIn), or user:NAME or learned:NAME as limner models list shows it", names: [builtIn]) {
            ModelIdentifier($0)?.isEmbedder ?? false
        }
    }
}

extension SettingForm<Int> {
    static func whole(_ range: ClosedRange<Int>) -> Self {
        Self(range.inWords, text: { String($0) }, read: { Int($0).flatMap { range.contains($0) ? $0 : nil } })
    }
}

extension SettingForm<Duration> {
    static func duration(_ range: ClosedRange<Duration>) -> Self {
        let bounds = [range.lowerBound, range.upperBound].map(DurationText.text).joined(separator: " to ")
        return Self(
            "a duration such as 500ms, 90s, 5m, 2h or 30d, \(bounds)", text: DurationText.text,
            read: { DurationText.duration(from: $0).flatMap { range.contains($0) ? $0 : nil } })
    }
}

extension SettingForm where Value: RawRepresentable<String> & CaseIterable {
    static var choice: Self {
        let names = Value.allCases.map(\.rawValue)
        return Self(ObjectReader.oneOf(names), names: names, text: \.rawValue, read: { Value(rawValue: $0) })
    }
}

extension SettingKey {
    /// The name of SFace in the model store.
    static let builtInEmbedder = ModelIdentifier.sface.text
}
