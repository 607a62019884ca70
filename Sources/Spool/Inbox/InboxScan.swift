/// One look at the whole inbox.
package struct InboxScan: Sendable {
    /// Every entry that is neither a folder nor ignored by its name.
    package private(set) var entries: [InboxPath: FileFacts] = [:]
    /// Every folder, the inbox itself first, by its path's names.
    package private(set) var folders: [[FileName]] = []
    /// What could not be looked at, with why.
    package private(set) var problems: [String] = []

    /// Most folders below one another; deeper ones are reported as a problem.
    package static let depthLimit = 64

    /// Walks the inbox.
    ///
    /// - Parameter visit: called with each folder *before* its entries are listed, so that a watch can be set first:
    ///   what comes between watch and listing is seen twice, never missed.
    package init(_ inbox: Folder, visit: (Folder, [FileName]) -> Void = { _, _ in }) {
        walk(inbox, at: [], visit)
    }

    private mutating func walk(_ folder: Folder, at names: [FileName], _ visit: (Folder, [FileName]) -> Void) {
        visit(folder, names)
        folders.append(names)
        do {
            for name in try folder.names() where !name.isHidden {
                // What is gone between the listing and this look is simply gone.
                guard let facts = try folder.facts(name) else { continue }
                guard facts.kind == .folder else {
                    if !name.isIgnored { entries[InboxPath(names + [name])] = facts }
                    continue
                }
                guard names.count < Self.depthLimit else {
                    problems.append("\(folder.path)/\(name): folders deeper than \(Self.depthLimit) are not entered")
                    continue
                }
                do {
                    walk(try folder.folder(name), at: names + [name], visit)
                } catch {
                    problems.append("\(error)")
                }
            }
        } catch {
            problems.append("\(error)")
        }
    }
}
