/// One look at the whole inbox. What it finds is handed on, not held: an inbox may hold very many files.
package struct InboxScan: Sendable {
    /// Folders that were entered, the inbox itself among them.
    package private(set) var folders = 0
    /// What could not be looked at, with why.
    package private(set) var problems: [String] = []

    /// Most folders below one another; deeper ones are reported as a problem.
    package static let depthLimit = 64

    /// Walks the inbox.
    ///
    /// - Parameters:
    ///   - enter: called with each folder *before* its entries are listed, so that a watch can be set first: what comes
    ///     between watch and listing is seen twice, never missed.
    ///   - find: called with every entry that is neither a folder nor ignored by its name.
    package init(
        _ inbox: Folder, enter: (Folder) -> Void = { _ in }, find: (InboxPath, FileFacts) -> Void = { _, _ in }
    ) {
        walk(inbox, at: [], enter, find)
    }

    private mutating func walk(
        _ folder: Folder, at names: [FileName], _ enter: (Folder) -> Void, _ find: (InboxPath, FileFacts) -> Void
    ) {
        enter(folder)
        folders += 1
        do {
            for name in try folder.names() where !name.isHidden {
                // What is gone between the listing and this look is simply gone.
                guard let facts = try folder.facts(name) else { continue }
                guard facts.kind == .folder else {
                    if !name.isIgnored { find(InboxPath(names + [name]), facts) }
                    continue
                }
                guard names.count < Self.depthLimit else {
                    problems.append("\(folder.path)/\(name): folders deeper than \(Self.depthLimit) are not entered")
                    continue
                }
                do {
                    walk(try folder.folder(name), at: names + [name], enter, find)
                } catch {
                    problems.append("\(error)")
                }
            }
        } catch {
            problems.append("\(error)")
        }
    }
}
