import Wire

/// What a path of the inbox asks for; pure text, nothing is looked up.
package enum Placement: Sendable, Equatable {
    /// A picture in a kind folder: a job of its own.
    case job(JobTask)
    /// One of the pictures of a folder that is a job as a whole; see ``folder(of:)``.
    case part(JobTask)
    /// A manifest, anywhere.
    case manifest
    /// A picture outside the kind folders: a manifest may still claim it.
    case loose
    /// Its place or the name of its folder means nothing.
    case refused(ReportError)

    /// Reads `enroll/<person>/…`, `verify/<person>/…`, `identify/…`, `stylize/<style>/…`, `learn/<name>/<person>/…`,
    /// `learn/style/<name>/…` and `*.json`. Deeper folders are the user's own order and mean nothing.
    package init(_ path: InboxPath) {
        if path.name.isManifest {
            self = .manifest
            return
        }
        guard let kind = Self.kind(path) else {
            self = .loose
            return
        }
        guard kind.facts.folder != nil else {
            self = .job(JobTask(kind))
            return
        }
        let isStyle = Self.learnsStyle(path, kind)
        let depth = kind.facts.drop == .folder ? 3 : 2
        guard path.folders.count >= depth else {
            let folder = isStyle ? "\(kind.rawValue)/\(LearningSubject.style.rawValue)/<name>/" : kind.folder
            let place = path.folders.map { "\($0)/" }.joined()
            self = .refused(
                ReportError(
                    code: .folderUnknown, message: "\(path) lies directly in \(place), and not in \(folder).",
                    hint: "The folder's name says who or what is meant: put it into one."))
            return
        }
        let folder = path.folders[path.folders.startIndex + (isStyle ? 2 : 1)]
        guard let name = folder.text else {
            self = .refused(
                ReportError(code: .nameInvalid, message: "The folder \(kind.rawValue)/\(folder) is not named in UTF-8.")
            )
            return
        }
        if let violation = isStyle ? NameRule.violation(inNewStyle: name) : NameRule.violation(in: name) {
            self = .refused(ReportError(code: .nameInvalid, message: "The name \"\(name)\" \(violation)."))
            return
        }
        var task = JobTask(kind, named: name)
        if isStyle { task.options.subject = .style }
        self = kind.facts.drop == .folder ? .part(task) : .job(task)
    }

    /// The folder that is a job as a whole in which a path lies; `nil` when it lies in none.
    static func folder(of path: InboxPath) -> [FileName]? {
        guard path.folders.count >= 3, let kind = kind(path), kind.facts.drop == .folder else { return nil }
        return Array(path.folders.prefix(learnsStyle(path, kind) ? 3 : 2))
    }

    /// Whether a path lies below `learn/style/`, whose folders are styles, not people.
    private static func learnsStyle(_ path: InboxPath, _ kind: JobKind) -> Bool {
        kind == .learn && path.folders.count > 1
            && path.folders[path.folders.startIndex + 1].text?.lowercased() == LearningSubject.style.rawValue
    }

    /// Whether a path asks for somebody to be enrolled.
    static func enrolls(_ path: InboxPath) -> Bool {
        guard case .job(let task) = Placement(path) else { return false }
        return task.kind.facts.gallery == .changes
    }

    /// Whether a path's placement is ``loose``, for those who need to know no more.
    static func isLoose(_ path: InboxPath) -> Bool { !path.name.isManifest && kind(path) == nil }

    /// The kind folder that a path lies in.
    private static func kind(_ path: InboxPath) -> JobKind? { path.folders.first.flatMap(kind(of:)) }

    /// The kind that a folder of the inbox is named after. Letters count without their case: a user of another system may well
    /// write `IDENTIFY`, and nothing else can be meant.
    static func kind(of folder: FileName) -> JobKind? {
        folder.text.flatMap { JobKind(rawValue: $0.lowercased()) }.flatMap { $0.facts.drop == .nothing ? nil : $0 }
    }

    /// The kind that a folder of the inbox is nearly named after, and probably meant for.
    static func nearbyKind(_ folder: FileName) -> JobKind? {
        guard let name = folder.text, kind(of: folder) == nil else { return nil }
        return NearestName.of(name, among: JobKind.dropped.map(\.rawValue)).flatMap(JobKind.init(rawValue:))
    }
}
