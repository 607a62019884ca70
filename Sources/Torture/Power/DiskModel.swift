import Spool

/// A disk as a power cut may find it: what was made durable, and since then every change that may or may not have
/// reached the platter.
///
/// The guarantees are those of POSIX and no more. A file's contents and size are durable with that file's own sync, a
/// folder's entries with that folder's. One thing is taken from journalling file systems, without which no program could be
/// safe: a rename that no sync has made durable happens whole or not at all, and the sync of its target makes all of it
/// durable. That of its source says only that the name has gone from there: a program that syncs the source first may lose
/// the file.
struct DiskModel {
    /// A file or folder. Inodes are used again, so they are no identity over time.
    typealias Node = Int

    struct Place: Hashable {
        var folder: Node
        var name: FileName
    }

    /// What a name came to stand for.
    struct NameChange {
        /// When; the two halves of a rename share it.
        var moment: Int
        /// `nil` when the name went.
        var node: Node?
        /// The other half of a rename.
        var partner: Place?
    }

    enum ContentChange {
        case write(offset: Int, [UInt8])
        case resize(Int)
    }

    struct FileState {
        var durable: [UInt8] = []
        var pending: [ContentChange] = []
    }

    struct FolderState {
        var durable: [FileName: Node] = [:]
        /// Never an empty list.
        var pending: [FileName: [NameChange]] = [:]
    }

    /// An operation on something that the log has not told of: somebody changed files behind its back.
    struct Stranger: Error, CustomStringConvertible {
        var inode: UInt64
        var change: DiskChange

        var description: String { "inode \(inode) was changed, but its making is not in the log: \(change)" }
    }

    private(set) var files: [Node: FileState] = [:]
    private(set) var folders: [Node: FolderState] = [:]
    private var nodes: [UInt64: Node] = [:]
    private var moment = 0

    static let root: Node = 0

    /// An empty folder, durable itself.
    init(root inode: UInt64) {
        nodes[inode] = Self.root
        folders[Self.root] = FolderState()
    }

    /// - Throws: ``Stranger``.
    mutating func apply(_ change: DiskChange) throws {
        moment += 1
        switch change {
        case .created(let inode, let isFolder, let entry):
            let node = files.count + folders.count
            nodes[inode] = node
            if isFolder { folders[node] = FolderState() } else { files[node] = FileState() }
            if let entry { note(try place(entry, change), node) }
        case .wrote(let inode, let offset, let bytes):
            files[try file(inode, change)]!.pending.append(.write(offset: offset, bytes))
        case .resized(let inode, let size):
            files[try file(inode, change)]!.pending.append(.resize(size))
        case .synced(let inode):
            guard let node = nodes[inode] else { throw Stranger(inode: inode, change: change) }
            if folders[node] == nil { settleFile(node) } else { settleFolder(node) }
        case .syncedAll:
            for node in files.keys { settleFile(node) }
            for (node, state) in folders {
                for name in state.pending.keys { settle(Place(folder: node, name: name), through: moment) }
            }
        case .renamed(let inode, let from, let to):
            guard let node = nodes[inode] else { throw Stranger(inode: inode, change: change) }
            let (source, target) = (try place(from, change), try place(to, change))
            guard source != target else { return }
            note(source, nil, partner: target)
            note(target, node, partner: source)
        case .linked(let inode, let entry):
            guard let node = nodes[inode] else { throw Stranger(inode: inode, change: change) }
            note(try place(entry, change), node)
        case .removed(let entry):
            note(try place(entry, change), nil)
        case .marked: break
        }
    }

    private func file(_ inode: UInt64, _ change: DiskChange) throws -> Node {
        guard let node = nodes[inode], files[node] != nil else { throw Stranger(inode: inode, change: change) }
        return node
    }

    private func place(_ entry: FolderEntry, _ change: DiskChange) throws -> Place {
        guard let node = nodes[entry.folder], folders[node] != nil else {
            throw Stranger(inode: entry.folder, change: change)
        }
        return Place(folder: node, name: entry.name)
    }

    private mutating func note(_ place: Place, _ node: Node?, partner: Place? = nil) {
        folders[place.folder]!.pending[place.name, default: []]
            .append(NameChange(moment: moment, node: node, partner: partner))
    }

    // MARK: Syncs

    private mutating func settleFile(_ node: Node) {
        guard let pending = files[node]?.pending, !pending.isEmpty else { return }
        files[node]!.pending = []
        for change in pending { change.apply(to: &files[node]!.durable) }
    }

    private mutating func settleFolder(_ node: Node) {
        for (name, changes) in folders[node]!.pending {
            settle(Place(folder: node, name: name), through: changes.last!.moment)
        }
    }

    /// Makes a name's changes durable up to a moment, and of what was renamed to it that it left its old place.
    private mutating func settle(_ place: Place, through last: Int) {
        guard let changes = folders[place.folder]!.pending[place.name] else { return }
        let due = changes.prefix { $0.moment <= last }
        guard let newest = due.last else { return }
        let rest = Array(changes.dropFirst(due.count))
        folders[place.folder]!.pending[place.name] = rest.isEmpty ? nil : rest
        folders[place.folder]!.durable[place.name] = newest.node
        for change in due {
            if change.node != nil, let partner = change.partner { settle(partner, through: change.moment) }
        }
    }
}

extension DiskModel.ContentChange {
    func apply(to bytes: inout [UInt8]) {
        switch self {
        case .write(let offset, let written):
            let end = offset + written.count
            if bytes.count < end { bytes.append(contentsOf: repeatElement(0, count: end - bytes.count)) }
            bytes.replaceSubrange(offset..<end, with: written)
        case .resize(let size):
            if bytes.count > size {
                bytes.removeSubrange(size...)
            } else {
                bytes.append(contentsOf: repeatElement(0, count: size - bytes.count))
            }
        }
    }
}
