/// What a job does. The raw value is the name of the inbox folder, of the manifest's `kind` and of the CLI's `--as`.
///
/// A kind is declared here, its options in ``OptionCatalogue``; the rest is its work, in the worker, and its ``JobResult``.
package enum JobKind: String, Codable, Sendable, Hashable, CaseIterable {
    case enroll, verify, identify, stylize, learn, feedback

    /// What the house has to know of a kind to take in and order its jobs.
    package struct Facts: Sendable {
        /// One sentence.
        package var summary: String
        /// What a folder below the kind's own names; `nil` when pictures lie in the kind's own folder.
        package var folder: Subject?
        /// Keys of which a job gives just one.
        package var needs: [String] = []
        package var gallery = GalleryUse.none
        package var pictures = Pictures.together
        package var drop = Drop.picture
        /// `timeouts.<kind>` unless it is set.
        package var timeout: Duration
    }

    package enum Subject: String, Sendable {
        case person, style
        /// What is made.
        case name
    }

    /// What of the kind's folder becomes a job without a manifest.
    package enum Drop: Sendable {
        /// Each picture.
        case picture
        /// The pictures of each folder in it together, once the whole folder is at rest. They lie in folders of people.
        case folder
        case nothing
    }

    /// How the pictures of a job are held.
    package enum Pictures: Sendable {
        case together
        /// They are so many that no two are held at once; one that cannot be used stops nothing.
        case oneByOne
        /// There are none, and no worker has anything to do.
        case nothing
    }

    /// What a job does with the people that are known. What finds people waits for those that were to be enrolled before, and not
    /// for corrections: what they change is answered anew.
    package enum GalleryUse: Sendable {
        case none, reads, changes, corrects
    }

    package var facts: Facts {
        switch self {
        case .enroll:
            Facts(
                summary: "Each picture adds a template to one person of the gallery.", folder: .person,
                needs: ["person"], gallery: .changes, timeout: .seconds(120))
        case .verify:
            Facts(
                summary: "Is the face in the picture the claimed person, or the one in the reference picture?",
                folder: .person, needs: ["person", "reference"], gallery: .reads, timeout: .seconds(120))
        case .identify:
            Facts(
                summary: "Who of the gallery, if anyone, is each face of the picture?", gallery: .reads,
                timeout: .seconds(300))
        case .stylize:
            Facts(
                summary: "Repaints a picture in one or several styles.", folder: .style, needs: ["styles"],
                timeout: .seconds(7200))
        case .learn:
            Facts(
                summary:
                    "Learns from pictures of people to tell faces apart, each picture's folder naming its person; or the style of pictures.",
                folder: .name, needs: ["name"], pictures: .oneByOne, drop: .folder, timeout: .seconds(7200))
        case .feedback:
            Facts(
                summary: "Says of faces that jobs have seen whose they are, or are not.", needs: ["corrections"],
                gallery: .corrects, pictures: .nothing, drop: .nothing, timeout: .seconds(120))
        }
    }

    /// The kinds that workers do; the daemon does the others by itself.
    package static var worked: [JobKind] { allCases.filter { $0.facts.pictures != .nothing } }

    /// The kinds that have a folder in the inbox.
    package static var dropped: [JobKind] { allCases.filter { $0.facts.drop != .nothing } }

    /// Where its pictures lie, below the inbox: `enroll/<person>/`.
    package var folder: String {
        "\(rawValue)/" + (facts.folder.map { "<\($0.rawValue)>/" } ?? "")
            + (facts.drop == .folder ? "<\(Subject.person.rawValue)>/" : "")
    }

    /// The folders of all kinds, as a sentence names them: `` `a/`, `b/` or `c/` ``.
    static var folders: String {
        let names = dropped.map { "`\($0.folder)`" }
        return names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
    }

    /// In the order of their declarations.
    package var options: [JobOption] { Self.options[self] ?? [] }

    private static let options = Dictionary(
        uniqueKeysWithValues: allCases.map { kind in (kind, JobOption.all.filter { $0.kinds.contains(kind) }) })
}

/// A value for each kind of job.
package struct ByKind<Value: Sendable & Equatable>: Sendable, Equatable {
    private var values: [JobKind: Value]

    package init(_ value: (JobKind) -> Value) {
        values = Dictionary(uniqueKeysWithValues: JobKind.allCases.map { ($0, value($0)) })
    }

    package subscript(kind: JobKind) -> Value {
        get { values[kind]! }
        set { values[kind] = newValue }
    }
}

extension ByKind<Int> {
    /// Only the kinds that have a number, for limits of which 0 is none.
    package var positive: [JobKind: Int] { values.filter { $0.value > 0 } }
}

extension JobKind {
    /// The JSON Schema (2020-12) of the options that a manifest of the kind has. It refers to `name` and `path` among the
    /// definitions of the schema that it becomes part of.
    package var optionsSchema: String {
        let properties = options.filter { $0.places.contains(.manifest) }.map { "\"\($0.key)\": \($0.describedSchema)" }
        let needs = facts.needs.map { "{\"required\": [\"\($0)\"]}" }
        let rule =
            needs.count > 1
            ? ", \"oneOf\": [\(needs.joined(separator: ", "))]"
            : facts.needs.first.map { ", \"required\": [\"\($0)\"]" } ?? ""
        return """
            {"description": "Options of a job of the kind \(rawValue).", "type": "object", \
            "properties": {\(properties.joined(separator: ", "))}\(rule), "additionalProperties": false}
            """
    }
}

extension JobOption {
    /// With its sentence.
    fileprivate var describedSchema: String {
        let sentence = summary.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return "{\"description\": \"\(sentence)\", \(schema.dropFirst())"
    }
}
