import Spool

/// A folder's whole contents, or a file's.
indirect enum DiskImage: Equatable {
    case file([UInt8])
    case folder([FileName: DiskImage])

    /// Reads what lies below a folder; sockets and the like are left out.
    init(_ folder: Folder) throws {
        var entries: [FileName: DiskImage] = [:]
        for name in try folder.names() {
            switch try folder.facts(name) {
            case let facts? where facts.kind == .folder: entries[name] = try DiskImage(try folder.folder(name))
            case let facts? where facts.kind == .regular:
                entries[name] = .file(try folder.read(name, limit: Int(facts.identity.size)) ?? [])
            default: break
            }
        }
        self = .folder(entries)
    }

    /// Writes a folder's contents into an empty folder.
    func write(into folder: Folder) throws {
        guard case .folder(let entries) = self else {
            preconditionFailure("only a folder can be written into a folder")
        }
        for (name, entry) in entries {
            switch entry {
            case .file(let bytes): try bytes.withUnsafeBytes { try folder.create(name).write($0) }
            case .folder: try entry.write(into: try folder.folder(name, creating: true))
            }
        }
    }

    /// Without the entries of a name, wherever they are.
    func without(_ name: FileName) -> DiskImage {
        guard case .folder(let entries) = self else { return self }
        return .folder(entries.filter { $0.key != name }.mapValues { $0.without(name) })
    }

    /// Paths at which two images differ, for messages.
    func differences(from other: DiskImage, at path: String = "") -> [String] {
        switch (self, other) {
        case (.folder(let mine), .folder(let others)):
            return Set(mine.keys).union(others.keys).sorted().flatMap { name -> [String] in
                let path = "\(path)/\(name)"
                guard let entry = mine[name] else { return ["\(path) is missing"] }
                guard let twin = others[name] else { return ["\(path) is too many"] }
                return entry.differences(from: twin, at: path)
            }
        case (.file(let mine), .file(let others)):
            return mine == others ? [] : ["\(path) has \(mine.count) other bytes instead of \(others.count)"]
        default: return ["\(path) is of another kind"]
        }
    }
}
