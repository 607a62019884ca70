import ArgumentParser
import Parsing
import Wire

/// Which options of jobs a command takes.
protocol OptionSelection: Sendable {
    static var options: [JobOption] { get }
    /// The words of those that the command itself answers, by key.
    static var answered: [String: String] { get }
    /// What the command line's help says of those that take less here than in a manifest, by key.
    static var reworded: [String: (placeholder: String, summary: String)] { get }
}

extension OptionSelection {
    static var answered: [String: String] { [:] }
    static var reworded: [String: (placeholder: String, summary: String)] { [:] }
}

/// Every option, for a command that takes jobs of every kind.
enum EveryOption: OptionSelection {
    static var options: [JobOption] { JobOption.all.filter { $0.places.contains(.commandLine) } }
    static var reworded: [String: (placeholder: String, summary: String)] {
        [
            stylesKey: (
                "name[=share]",
                "A style by its name, with its share of a blend; a picture as a style, and masks, take a manifest."
            )
        ]
    }
}

/// The options of repainting, but for the styles, which that command reads itself.
enum PaintingSelection: OptionSelection {
    static var options: [JobOption] {
        EveryOption.options.filter { $0.kinds.contains(.stylize) && !$0.namesFiles }
    }
}

/// The options of learning faces.
enum LearningSelection: OptionSelection {
    static var options: [JobOption] { EveryOption.learning(.faces) }
}

/// The options of learning a style.
enum StyleLearningSelection: OptionSelection {
    static var options: [JobOption] { EveryOption.learning(.style) }
    static var answered: [String: String] { [subjectKey: LearningSubject.style.rawValue] }
}

private let subjectKey = "subject"
private let stylesKey = OptionCatalogue.declared.styles.option.key

extension EveryOption {
    fileprivate static func learning(_ subject: LearningSubject) -> [JobOption] {
        options.filter {
            $0.kinds.contains(.learn) && $0.key != subjectKey && ($0.subject == nil || $0.subject == subject)
        }
    }
}

/// What counts as a face, and as the same one.
enum FaceSelection: OptionSelection {
    static var options: [JobOption] { EveryOption.options.filter { ["threshold", "detectionScore"].contains($0.key) } }
}

/// What counts as a face.
enum DetectionSelection: OptionSelection {
    static var options: [JobOption] { EveryOption.options.filter { $0.key == "detectionScore" } }
}

/// Flags of options of jobs, made from their declarations: ArgumentParser finds them in the mirror, where it would find
/// the properties of another type.
struct OptionFlags<Selection: OptionSelection>: ParsableArguments, CustomReflectable {
    /// What was given, as words, in the order of the declarations.
    private(set) var given: [(option: JobOption, words: [String])] = []

    init() {}

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: FlagName.self)
        for option in Selection.options {
            let key = FlagName(stringValue: option.key)
            let words =
                option.placeholder == nil
                ? try values.decode(Flag<Bool?>.self, forKey: key).wrappedValue.map { ["\($0)"] } ?? []
                : try values.decode(Option<[String]>.self, forKey: key).wrappedValue
            if !words.isEmpty { given.append((option, words)) }
        }
    }

    func validate() throws {
        let again = given.filter { !$0.option.isRepeated && $0.words.count > 1 }
        guard let first = again.first else { return }
        throw ValidationError(RepeatedOptions.sentence("--\(first.option.flag)", first.words))
    }

    var customMirror: Mirror {
        Mirror(self, children: Selection.options.map { (label: $0.key, value: Self.definition($0)) })
    }

    /// The task, checked as a manifest's would be.
    ///
    /// - Parameter folder: of the styles that may be named.
    /// - Throws: ``CommandError/usage(_:)`` that lists every mistake.
    func task(_ kind: JobKind, stylesIn folder: String) throws(CommandError) -> JobTask {
        var given = self.given
        var styles: [StyleChoice] = []
        if kind.options.contains(where: { $0.key == stylesKey }),
            let index = given.firstIndex(where: { $0.option.key == stylesKey })
        {
            styles = try given[index].words.map { word throws(CommandError) in try Self.style(word, in: folder) }
            given[index].words = styles.map(\.source.text)
        }
        var task = try task(kind, given)
        if !styles.isEmpty { task.options.styles = styles }
        return task
    }

    private static func style(_ word: String, in folder: String) throws(CommandError) -> StyleChoice {
        let style = try StyleArgument(word, stylesIn: folder)
        guard case .name = style.source else {
            throw .usage(
                "--style \(word) is a picture, and a job that is submitted names its styles: put the picture into \(folder)/, or drop "
                    + "a manifest beside it, with \"styles\": [{\"picture\": …}]")
        }
        return style.choice
    }

    /// The same, with styles by their names alone.
    func task(_ kind: JobKind) throws(CommandError) -> JobTask { try task(kind, given) }

    private func task(
        _ kind: JobKind, _ given: [(option: JobOption, words: [String])]
    ) throws(CommandError) -> JobTask {
        let stray = given.filter { !$0.option.kinds.contains(kind) }.map { "--\($0.option.flag)" }
        guard stray.isEmpty else {
            throw .usage("\(stray.joined(separator: ", ")) means nothing to \(kind.rawValue)")
        }
        let answered = EveryOption.options.compactMap { option in
            Selection.answered[option.key].map { (option: option, words: [$0]) }
        }
        return try Self.usage { () throws(ManifestError) in try JobTask(kind, words: given + answered) }
    }

    /// The options alone, for a command that fills in what the kind needs.
    ///
    /// - Throws: ``CommandError/usage(_:)`` that lists every mistake.
    func options(of kind: JobKind) throws(CommandError) -> JobOptions {
        try Self.usage { () throws(ManifestError) in try JobOptions(of: kind, words: given) }
    }

    private static func usage<Value>(_ read: () throws(ManifestError) -> Value) throws(CommandError) -> Value {
        do throws(ManifestError) {
            return try read()
        } catch {
            throw .usage(error.mistakes.map(\.sentence).joined(separator: "; "))
        }
    }

    private static func definition(_ option: JobOption) -> Any {
        // Where all belong to one kind, which else may have them is of no interest.
        let common = Selection.options.reduce(Set(JobKind.allCases)) { $0.intersection($1.kinds) }
        let kinds = common.isEmpty ? JobKind.allCases.filter(option.kinds.contains) : []
        let whose = kinds.isEmpty ? "" : kinds.map(\.rawValue).joined(separator: ", ") + ": "
        let again = option.isRepeated ? " Again for each." : ""
        let otherwise = option.defaultText.map { " (default: \($0))" } ?? ""
        let name = NameSpecification.customLong(option.flag)
        // Other kinds of job know no presets. The manual puts names in backquotes, a terminal nothing.
        let paints = Selection.options.contains { $0.key == "preset" } && kinds.count < 2
        let use = (paints ? option.use : nil).map { " " + $0.text.replacing("`", with: "") } ?? ""
        let reworded = Selection.reworded[option.key]
        let text = "\(whose)\(reworded?.summary ?? option.summary)\(use)\(again)\(otherwise)"
        guard let placeholder = reworded?.placeholder ?? option.placeholder else {
            return Flag<Bool?>(name: name, inversion: .prefixedNo, help: ArgumentHelp("\(text)"))
        }
        return Option<[String]>(
            wrappedValue: [], name: name, parsing: .singleValue,
            help: ArgumentHelp("\(text)", valueName: placeholder), completion: completion(placeholder))
    }

    private static func completion(_ placeholder: String) -> CompletionKind {
        placeholder.contains("|") ? .list(placeholder.split(separator: "|").map(String.init)) : .default
    }
}

/// The name of a flag in the mirror and in what was parsed.
private struct FlagName: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

extension JobKind: ExpressibleByArgument {}
extension ModelsRequest.NewStyle.White: ExpressibleByArgument {}
extension JobState: ExpressibleByArgument {}
extension WrittenFormat: ExpressibleByArgument {}

extension JobIdentifier: ExpressibleByArgument {
    /// - Parameter argument: the job's name, or a path that ends with it, such as a folder of the outbox.
    package init?(argument: String) {
        let name = argument.split(separator: "/").last.map(String.init) ?? argument
        self.init(name)
    }
}
