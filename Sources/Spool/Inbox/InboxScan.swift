import Foundation
import Wire

/// One look at the whole inbox. What it finds is handed on, not held: an inbox may hold very many files.
package struct InboxScan: Sendable {
    /// Folders that were entered, the inbox itself among them.
    package private(set) var folders = 0
    /// What could not be looked at or taken, and what looks like a slip; bounded in number.
    package private(set) var findings: [DoctorAnswer.Finding] = []
    /// The folders whose files cannot be taken.
    package private(set) var closed: [[FileName]: DoctorAnswer.Finding] = [:]
    /// Files beside which an unfinished transfer of theirs lies, with its name.
    package private(set) var transfers: [InboxPath: FileName] = [:]

    /// Most folders below one another; deeper ones are reported as a problem.
    package static let depthLimit = 64
    /// Most findings of one look.
    static let findingLimit = 20

    /// The path of the inbox, for messages.
    private let root: String
    /// The folders at its top that have been named as nearly a kind's.
    private var slips: Set<FileName> = []
    private let ignored: IgnoredNames
    /// Where files are to be taken to.
    private let target: FolderPlace?

    /// Walks the inbox.
    ///
    /// - Parameters:
    ///   - ignored: what is left alone, besides hidden names.
    ///   - target: where files are to be taken to; the files of folders from which no rename leads there are not handed on.
    ///     `nil` hands on all.
    ///   - enter: called with each folder *before* its entries are listed, so that a watch can be set first: what comes
    ///     between watch and listing is seen twice, never missed.
    ///   - find: called with every entry that is neither a folder nor ignored by its name.
    package init(
        _ inbox: Folder, ignoring ignored: IgnoredNames = .standard, takingTo target: Folder? = nil,
        enter: (Folder) -> Void = { _ in }, find: (InboxPath, FileFacts) -> Void = { _, _ in }
    ) {
        root = inbox.path
        self.ignored = ignored
        self.target = try? target?.place()
        walk(inbox, at: [], enter, find)
    }

    /// Why the files of a folder, or of the whole of a path, are left where they are.
    package func obstacle(to path: InboxPath) -> DoctorAnswer.Finding? {
        (0...path.names.count).lazy.compactMap { closed[Array(path.names.prefix($0))] }.first
    }

    private mutating func walk(
        _ folder: Folder, at names: [FileName], _ enter: (Folder) -> Void, _ find: (InboxPath, FileFacts) -> Void
    ) {
        if let target, let place = try? folder.place(), !place.isReached(from: target) {
            return close(names, .onAnotherMount(folder.path))
        }
        enter(folder)
        folders += 1
        do {
            let entries = try folder.names().filter { !$0.isHidden }
            var isOpen = true
            if target != nil, let errno = folder.obstacleToTaking() {
                isOpen = false
                close(names, .shut(folder.path, errno: errno))
            }
            let unfinished = Dictionary(
                entries.compactMap { name in IgnoredNames.transferred(by: name.bytes).map { ($0, name) } },
                uniquingKeysWith: { first, _ in first })
            var inner: [FileName] = []
            var holdsPictures = false
            for name in entries where ignored.pattern(matching: name.bytes) == nil {
                // What is gone between the listing and this look is simply gone.
                guard let facts = try folder.facts(name) else { continue }
                if facts.kind == .folder {
                    inner.append(name)
                } else if isOpen {
                    let path = InboxPath(names + [name])
                    if let transfer = unfinished[name.bytes], facts.kind == .regular { transfers[path] = transfer }
                    holdsPictures = holdsPictures || !name.isManifest
                    find(path, facts)
                }
            }
            if holdsPictures, let top = names.first, let kind = Placement.nearbyKind(top), slips.insert(top).inserted {
                add(.nearlyAKind("\(root)/\(top)", kind))
            }
            compare(inner, in: folder, at: names)
            for name in inner { descend(name, of: folder, at: names, enter, find) }
        } catch {
            fail(names, folder.path, error)
        }
    }

    private mutating func descend(
        _ name: FileName, of folder: Folder, at names: [FileName], _ enter: (Folder) -> Void,
        _ find: (InboxPath, FileFacts) -> Void
    ) {
        let path = "\(folder.path)/\(name)"
        guard names.count < Self.depthLimit else {
            return close(
                names + [name],
                DoctorAnswer.Finding(
                    .inbox, .failed, "\(path): folders deeper than \(Self.depthLimit) are not entered",
                    advice: "Move what it holds further up."))
        }
        do {
            walk(try folder.folder(name), at: names + [name], enter, find)
        } catch {
            fail(names + [name], path, error)
        }
    }

    private mutating func fail(_ names: [FileName], _ path: String, _ error: any Error) {
        // Gone, or replaced by something that is no folder, since it was listed.
        let number = (error as? SpoolError)?.errno
        if number == ENOENT || number == ENOTDIR || number == ELOOP { return }
        close(
            names,
            number.map { .shut(path, errno: $0) }
                ?? DoctorAnswer.Finding(.inbox, .failed, "\(error)", advice: "Look at the disk that holds \(path)."))
    }

    private mutating func close(_ names: [FileName], _ finding: DoctorAnswer.Finding) {
        // Whoever mends the folder above mends this one with it.
        if !names.indices.contains(where: { closed[Array(names.prefix($0))] != nil }) { add(finding) }
        closed[names] = finding
    }

    private mutating func add(_ finding: DoctorAnswer.Finding) {
        if findings.count < Self.findingLimit {
            findings.append(finding)
        } else if findings.count == Self.findingLimit {
            findings.append(.more)
        }
    }

    /// Folders of people whose names differ in case only, which are easily taken for one.
    private mutating func compare(_ inner: [FileName], in folder: Folder, at names: [FileName]) {
        guard names.count == 1, Placement.kind(of: names[0]) == .enroll else { return }
        let texts = Set(inner.compactMap(\.text)).sorted()
        for (_, alike) in Dictionary(grouping: texts, by: { $0.lowercased() }) where alike.count > 1 {
            add(.differInCase("\(folder.path)/\(alike[0])", alike[1]))
        }
    }
}
