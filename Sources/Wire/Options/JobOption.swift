import Parsing

/// An option of jobs as it was declared, whatever the type of its values: what readers, schemas, flags and tables are made of.
package struct JobOption: Sendable, Equatable {
    /// Where an option may be given.
    package enum Place: Sendable, CaseIterable {
        case manifest, commandLine
        /// `style.json`.
        case styleFile
        /// The folder of the inbox that the picture lies in.
        case folder
    }

    /// A setting that is the option's default.
    package struct Setting: Sendable {
        /// With its dot: `faces.threshold`.
        package let name: String
        /// What the option's own default is when the setting is 0; `nil` when 0 is a value like any other.
        package var zeroMeans: String?
    }

    /// As in the manifest: `styleScale`.
    package let key: String
    package let kinds: Set<JobKind>
    package let places: Set<Place>
    package let setting: Setting?
    /// Which paintings look at it; `nil` for all.
    package let use: OptionUse?
    /// Of `learn`: what it is for, if not for everything that is learned.
    package let subject: LearningSubject?
    /// One sentence.
    package let summary: String
    /// What a value may be, in words.
    package let expected: String
    /// What the command line's help calls a value; `nil` for a switch.
    package let placeholder: String?
    /// Whether the command line takes it several times.
    package let isRepeated: Bool
    /// Without its hyphens: `style-scale`.
    package let flag: String
    /// The JSON Schema of a value.
    package let schema: String
    /// Whether its value is, or holds, a file of the job.
    package let namesFiles: Bool
    /// The JSON that words of the command line stand for.
    let json: @Sendable ([String]) -> JSONNode.Value
    let read: @Sendable (inout ObjectReader) -> (any OptionValue)?
    let decode: @Sendable (KeyedDecodingContainer<OptionName>) throws -> (any OptionValue)?
    /// Turns a spelling of an earlier release into today's, among options that were just read; `nil` for an option of today.
    package let modernise: (@Sendable (inout JobOptions) -> Void)?
    /// By what is resolved so far.
    let fallback: @Sendable (JobOptions) -> (any OptionValue)?
    let files: @Sendable (any OptionValue) -> [(role: InputRole, path: String)]
    private let fallbackText: @Sendable () -> String?

    /// What stands in for a value that nobody gave, in words; `nil` when nothing does.
    package var defaultText: String? {
        let text = fallbackText()
        guard let setting else { return text }
        return "the setting \(setting.name)" + (text.map { ", \($0)" } ?? "")
    }

    fileprivate init<Value>(
        _ key: String, _ kinds: Set<JobKind>, _ places: Set<Place>, _ form: OptionForm<Value>,
        _ fallback: OptionDefault<Value>?, setting: Setting?, use: OptionUse?,
        subject: LearningSubject?, flag: String?, modernise: (@Sendable (inout JobOptions) -> Void)? = nil,
        _ summary: String
    ) {
        self.key = key
        self.kinds = kinds
        self.places = places
        self.setting = setting
        self.use = use
        self.subject = subject
        self.summary = summary
        expected = form.expected
        placeholder = form.placeholder
        isRepeated = form.isRepeated
        self.flag = flag ?? Self.hyphenated(key)
        self.modernise = modernise
        schema = form.schema
        json = form.json
        read = { form.read(&$0, key) }
        decode = { try $0.decodeIfPresent(Value.self, forKey: OptionName(key)) }
        self.fallback = { fallback?.value($0) }
        fallbackText = { fallback?.text() }
        files = { ($0 as? Value).map(form.files) ?? [] }
        namesFiles = form.schema.contains("$defs/path")
    }

    package static func == (left: JobOption, right: JobOption) -> Bool {
        left.key == right.key && left.kinds == right.kinds
    }

    /// `styleScale` as `style-scale`.
    private static func hyphenated(_ key: String) -> String {
        key.reduce(into: "") { $0 += $1.isUppercase ? "-\($1.lowercased())" : "\($1)" }
    }
}

/// What an option is when nobody says.
package struct OptionDefault<Value: OptionValue>: Sendable {
    /// By what is resolved so far: options are resolved in the order of their declarations. `nil` for nothing.
    let value: @Sendable (JobOptions) -> Value?
    /// In words, for tables.
    let text: @Sendable () -> String

    package static func always(_ value: Value) -> Self { Self(value: { _ in value }, text: { value.text }) }

    /// A value for each of another option's.
    package static func by<Choice: CaseIterable>(
        _ path: KeyPath<OptionCatalogue, OptionKey<Choice>> & Sendable,
        _ value: @escaping @Sendable (Choice) -> Value?
    ) -> Self {
        Self(
            value: { value($0[resolved: path]) },
            text: { text([(nil, value(JobOptions()[resolved: path]))] + lines(value)) })
    }

    /// A value for each of two other options' together.
    package static func by<First: CaseIterable, Second: CaseIterable>(
        _ first: KeyPath<OptionCatalogue, OptionKey<First>> & Sendable,
        _ second: KeyPath<OptionCatalogue, OptionKey<Second>> & Sendable,
        _ value: @escaping @Sendable (First, Second) -> Value?
    ) -> Self {
        Self(
            value: { value($0[resolved: first], $0[resolved: second]) },
            text: {
                let usual = JobOptions()
                let (one, other) = (usual[resolved: first], usual[resolved: second])
                return text([(nil, value(one, other))] + lines { value($0, other) } + lines { value(one, $0) })
            })
    }

    /// A value for each of three other options' together.
    package static func by<First: CaseIterable, Second: CaseIterable, Third: CaseIterable>(
        _ first: KeyPath<OptionCatalogue, OptionKey<First>> & Sendable,
        _ second: KeyPath<OptionCatalogue, OptionKey<Second>> & Sendable,
        _ third: KeyPath<OptionCatalogue, OptionKey<Third>> & Sendable,
        _ value: @escaping @Sendable (First, Second, Third) -> Value?
    ) -> Self {
        Self(
            value: { value($0[resolved: first], $0[resolved: second], $0[resolved: third]) },
            text: {
                let usual = JobOptions()
                let (one, two, three) = (usual[resolved: first], usual[resolved: second], usual[resolved: third])
                return text(
                    [(nil, value(one, two, three))] + lines { value($0, two, three) } + lines { value(one, $0, three) }
                        + lines { value(one, two, $0) })
            })
    }

    /// The value of each of an option's choices.
    private static func lines<Choice: CaseIterable & OptionValue>(
        _ value: (Choice) -> Value?
    ) -> [(choice: String?, value: Value?)] { Choice.allCases.map { ($0.text, value($0)) } }

    /// The first value, and those that differ from it.
    private static func text(_ lines: [(choice: String?, value: Value?)]) -> String {
        lines.compactMap { line in
            guard let value = line.value else { return nil }
            guard let choice = line.choice else { return value.text }
            return value == lines[0].value ? nil : "\(choice): \(value.text)"
        }.joined(separator: "; ")
    }
}

extension JobOptions {
    /// What an option is, or would be with nothing resolved.
    fileprivate subscript<Choice>(resolved path: KeyPath<OptionCatalogue, OptionKey<Choice>> & Sendable) -> Choice {
        let key = OptionCatalogue.declared[keyPath: path]
        guard let value = self[dynamicMember: path] ?? key.fallback.value(JobOptions()) else {
            preconditionFailure("\(key.option.key) has no value")
        }
        return value
    }
}

/// An option that always has a value once it is resolved.
package struct OptionKey<Value: OptionValue>: Sendable {
    package let option: JobOption
    let fallback: OptionDefault<Value>

    /// - Parameters:
    ///   - key: as in the manifest.
    ///   - flag: when it is not the key with hyphens.
    ///   - use: see ``JobOption/use``.
    ///   - subject: see ``JobOption/subject``.
    init(
        _ key: String, of kinds: Set<JobKind>, in places: Set<JobOption.Place> = [.manifest, .commandLine],
        _ form: OptionForm<Value>, _ fallback: OptionDefault<Value>, setting: JobOption.Setting? = nil,
        use: OptionUse? = nil, subject: LearningSubject? = nil, flag: String? = nil, _ summary: String
    ) {
        self.fallback = fallback
        option = JobOption(
            key, kinds, places, form, fallback, setting: setting, use: use, subject: subject, flag: flag, summary)
    }

    /// An option of `stylize` that a style may bring along.
    static func painting(
        _ key: String, _ form: OptionForm<Value>, _ fallback: OptionDefault<Value>, setting: String? = nil,
        zeroMeans: String? = nil, use: OptionUse? = nil, flag: String? = nil, _ summary: String
    ) -> Self {
        Self(
            key, of: [.stylize], in: [.manifest, .commandLine, .styleFile], form, fallback,
            setting: setting.map { JobOption.Setting(name: $0, zeroMeans: zeroMeans) }, use: use, flag: flag, summary)
    }

    /// An option of painting by optimisation, which one pass of a network knows nothing of.
    static func optimising(
        _ key: String, _ form: OptionForm<Value>, _ fallback: OptionDefault<Value>, setting: String? = nil,
        flag: String? = nil, _ summary: String
    ) -> Self {
        painting(key, form, fallback, setting: setting, use: .optimising, flag: flag, summary)
    }
}

/// An option that has no value unless somebody gives one, or others bring one along.
package struct GivenKey<Value: OptionValue>: Sendable {
    package let option: JobOption

    init(
        _ key: String, of kinds: Set<JobKind>, in places: Set<JobOption.Place> = [.manifest, .commandLine],
        _ form: OptionForm<Value>, default fallback: OptionDefault<Value>? = nil, setting: JobOption.Setting? = nil,
        use: OptionUse? = nil,
        subject: LearningSubject? = nil, flag: String? = nil,
        modernise: (@Sendable (inout JobOptions) -> Void)? = nil, _ summary: String
    ) {
        option = JobOption(
            key, kinds, places, form, fallback, setting: setting, use: use, subject: subject, flag: flag,
            modernise: modernise, summary)
    }
}

/// The name of an option where JSON has one.
struct OptionName: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ key: String) { stringValue = key }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
