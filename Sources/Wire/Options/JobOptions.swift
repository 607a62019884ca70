import Parsing

/// Options of a job as somebody gave them: `options.size` is `nil` where nobody did.
///
/// One dictionary for whatever ``OptionCatalogue`` declares, typed where it is used. Encodes as one JSON object.
@dynamicMemberLookup
package struct JobOptions: Sendable, Equatable, Codable {
    private var values: [String: any OptionValue] = [:]

    package init() {}

    /// Frames a second of pictures that a pattern says are a film, where nobody gives a rate.
    package static let usualFrameRate = 25

    /// Makes a film of pictures that a pattern names; others stay what they are.
    package mutating func makeFilm(of paths: [String]) {
        guard self.frameRate == nil, paths.contains(where: NamePattern.isMeant) else { return }
        self.frameRate = Double(Self.usualFrameRate)
    }

    package init(_ fill: (inout JobOptions) throws -> Void) rethrows { try fill(&self) }

    package subscript<Value>(dynamicMember path: KeyPath<OptionCatalogue, OptionKey<Value>>) -> Value? {
        get { values[OptionCatalogue.declared[keyPath: path].option.key] as? Value }
        set { values[OptionCatalogue.declared[keyPath: path].option.key] = newValue }
    }

    package subscript<Value>(dynamicMember path: KeyPath<OptionCatalogue, GivenKey<Value>>) -> Value? {
        get { values[OptionCatalogue.declared[keyPath: path].option.key] as? Value }
        set { values[OptionCatalogue.declared[keyPath: path].option.key] = newValue }
    }

    subscript(option: JobOption) -> (any OptionValue)? {
        get { values[option.key] }
        set { values[option.key] = newValue }
    }

    /// One line of JSON.
    ///
    /// - Precondition: every number is finite, as readers make sure.
    package var json: String {
        do {
            return String(decoding: try WireJSON.encode(self), as: UTF8.self)
        } catch {
            preconditionFailure("options that no reader took: \(error)")
        }
    }

    /// The settings that these would be the values of.
    package var settings: [(name: String, text: String)] {
        JobOption.all.compactMap { option in
            guard let setting = option.setting, let value = self[option] else { return nil }
            return (setting.name, value.text)
        }
    }

    /// Each value as people read it, in the order of the declarations.
    package var texts: [(key: String, text: String)] {
        JobOption.all.compactMap { option in self[option].map { (option.key, $0.text) } }
    }

    package var isEmpty: Bool { values.isEmpty }

    /// These where they say something, `defaults` where they do not.
    package func over(_ defaults: JobOptions) -> JobOptions {
        var merged = self
        merged.values.merge(defaults.values) { given, _ in given }
        return merged
    }

    /// Those that these say something of and others do not.
    package func given(beside others: JobOptions) -> [JobOption] {
        JobOption.all.filter { self[$0] != nil && others[$0] == nil }
    }

    /// Those that these say something of and none of some paintings looked at, by the options of their reports. A network is another
    /// than theirs where they have one of their own.
    package func unused(by paintings: [JobOptions]) -> [JobOption] {
        JobOption.all.filter { option in
            guard let own = self[option] else { return false }
            let isNetwork = option == OptionCatalogue.declared.network.option
            return paintings.allSatisfy { $0[option] == nil || isNetwork && !own.equals($0[option]) }
        }
    }

    /// Only the options that a condition holds for.
    package func filter(_ isIncluded: (JobOption) -> Bool) -> JobOptions {
        var kept = JobOptions()
        for option in JobOption.all where isIncluded(option) { kept[option] = self[option] }
        return kept
    }

    package static func == (left: JobOptions, right: JobOptions) -> Bool {
        left.values.count == right.values.count && left.values.allSatisfy { $1.equals(right.values[$0]) }
    }

    package init(from decoder: any Decoder) throws { try self.init(JobOption.all, from: decoder) }

    /// Decodes what was encoded; keys that nothing declares are passed over, as an older or newer version's may be.
    init(_ options: [JobOption], from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: OptionName.self)
        for option in options { values[option.key] = try option.decode(container) }
        for option in options { option.modernise?(&self) }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: OptionName.self)
        for (key, value) in values { try container.encode(value, forKey: OptionName(key)) }
    }
}

extension JobOptions {
    /// Reads the options of a kind that may stand in a place; the reader takes the mistakes and knows the keys afterwards.
    package init(of kind: JobKind, in place: JobOption.Place, reading reader: inout ObjectReader) {
        for option in kind.options where option.places.contains(place) { self[option] = option.read(&reader) }
        for option in kind.options { option.modernise?(&self) }
    }

    /// Reads one option from words of a command line or a settings file.
    ///
    /// - Throws: ``ManifestError`` with every mistake there is.
    init(_ option: JobOption, words: [String]) throws(ManifestError) {
        var reader = ObjectReader(JSONNode(.object([.init(option.key, option.json(words))])), key: "options")
        self[option] = option.read(&reader)
        if !reader.mistakes.isEmpty { throw ManifestError(reader.mistakes) }
    }

    /// What is wrong with options that did not come through a reader, such as those of an older queue. Files are not
    /// looked at: where they may lie is for the one who opens them.
    package func mistakes(for kind: JobKind) -> [ManifestMistake] {
        let members = JobOption.all.filter { !$0.namesFiles }.compactMap { option in
            self[option].map { JSONNode.Member(option.key, $0.json) }
        }
        var reader = ObjectReader(JSONNode(.object(members)), key: "options")
        for option in kind.options where !option.namesFiles { _ = option.read(&reader) }
        reader.refuseOtherKeys()
        return reader.mistakes
    }

    /// Every option of a kind that has a value now: these, then what `fallback` says by what is resolved so far.
    package func resolved(for kind: JobKind) -> ResolvedOptions {
        var options = self
        for option in kind.options where options[option] == nil { options[option] = option.fallback(options) }
        return ResolvedOptions(options: options, kind: kind)
    }

    /// What the settings say unless they are changed.
    package static let builtInSettings = JobOptions { options in
        for option in JobOption.all where option.setting.map({ $0.zeroMeans == nil }) ?? false {
            options[option] = option.fallback(options)
        }
    }
}

/// Options of a job with a value for each that can have one: `options.size` is a number.
@dynamicMemberLookup
package struct ResolvedOptions: Sendable, Equatable {
    /// Whatever has a value.
    package private(set) var options: JobOptions
    private let kind: JobKind

    fileprivate init(options: JobOptions, kind: JobKind) {
        self.options = options
        self.kind = kind
    }

    /// - Precondition: the option is one of the kind's.
    package subscript<Value>(dynamicMember path: KeyPath<OptionCatalogue, OptionKey<Value>>) -> Value {
        get {
            guard let value = options[dynamicMember: path] else {
                let key = OptionCatalogue.declared[keyPath: path].option.key
                preconditionFailure("\(key) is no option of \(kind.rawValue)")
            }
            return value
        }
        set { options[dynamicMember: path] = newValue }
    }

    package subscript<Value>(dynamicMember path: KeyPath<OptionCatalogue, GivenKey<Value>>) -> Value? {
        options[dynamicMember: path]
    }

    /// The options as a report gives them: those of the kind that the painting, or what is learned, looks at.
    package var reported: JobOptions { reported(of: .either) }

    /// The same of a painting, by what is painted.
    package func reported(of subject: OptionUse.Subject) -> JobOptions {
        options.filter { option in
            guard option.kinds.contains(kind) else { return false }
            if kind == .learn { return option.subject.map { $0 == options.subject ?? .faces } ?? true }
            return option.use.map { $0.holds(options, subject) } ?? true
        }
    }
}

extension JobOptions {
    /// Keys that were never options, though they look like a flag, and what stands for them, in words.
    package static let misspelt = ["keepColors": "it is \"colors\": \"content\""]
}

extension JobKind {
    /// Keys that may be looked for among a job's options and stand elsewhere, in words.
    var keysOfElsewhere: [String: String] {
        guard self == .stylize else { return [:] }
        let ofStyles = StyleChoice.keys.filter { key in !JobOption.all.contains { $0.key == key } }
        return JobOptions.misspelt.merging(ofStyles.map { ($0, "it stands in an entry of \"styles\"") }) { own, _ in own
        }
    }
}

extension JobOption {
    /// Every option, in the order of the declarations.
    package static let all: [JobOption] = Mirror(reflecting: OptionCatalogue.declared).children.compactMap {
        ($0.value as? any DeclaredOption)?.option
    }
}

private protocol DeclaredOption {
    var option: JobOption { get }
}

extension OptionKey: DeclaredOption {}
extension GivenKey: DeclaredOption {}
