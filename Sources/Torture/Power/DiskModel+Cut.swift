import Spool

/// What a power cut leaves of the changes that no sync has made durable.
enum PowerCut: String, CaseIterable, Sendable {
    /// None of them.
    case nothing
    /// All of them.
    case everything
    /// Each name, each size and each page of 4096 bytes as it was at some moment since its last sync, all apart.
    case pages
    /// The same by sectors of 512 bytes, so that writes are torn too.
    case sectors

    fileprivate var block: Int { self == .sectors ? 512 : 4096 }

    /// How many of a row of changes have reached the platter.
    fileprivate func reached(_ count: Int, _ random: inout some RandomNumberGenerator) -> Int {
        switch self {
        case .nothing: 0
        case .everything: count
        case .pages, .sectors: .random(in: 0...count, using: &random)
        }
    }
}

extension DiskModel {
    /// What the disk holds after a power cut.
    func image(after cut: PowerCut, using random: inout some RandomNumberGenerator) -> DiskImage {
        folder(Self.root, reached(cut, &random), cut, &random)
    }

    /// For each name with pending changes, the moment up to which they have reached the platter. Names that renames
    /// tie together share theirs.
    private func reached(_ cut: PowerCut, _ random: inout some RandomNumberGenerator) -> [Place: Int] {
        var moments: [Place: Int] = [:]
        // In a fixed order, so that a seed means the same cut every time.
        for node in folders.keys.sorted() {
            for name in folders[node]!.pending.keys.sorted() {
                let place = Place(folder: node, name: name)
                guard moments[place] == nil else { continue }
                let tied = tied(to: place)
                let all = Set(tied.flatMap { changes(of: $0).map(\.moment) }).sorted()
                let count = cut.reached(all.count, &random)
                for place in tied { moments[place] = count == 0 ? -1 : all[count - 1] }
            }
        }
        return moments
    }

    private func changes(of place: Place) -> [NameChange] { folders[place.folder]?.pending[place.name] ?? [] }

    private func tied(to place: Place) -> Set<Place> {
        var found: Set<Place> = [place]
        var open = [place]
        while let next = open.popLast() {
            for partner in changes(of: next).compactMap(\.partner) where found.insert(partner).inserted {
                open.append(partner)
            }
        }
        return found
    }

    private func folder(
        _ node: Node, _ moments: [Place: Int], _ cut: PowerCut, _ random: inout some RandomNumberGenerator
    ) -> DiskImage {
        let state = folders[node]!
        var entries = state.durable
        for (name, changes) in state.pending {
            let moment = moments[Place(folder: node, name: name)]!
            if let last = changes.last(where: { $0.moment <= moment }) { entries[name] = last.node }
        }
        var images: [FileName: DiskImage] = [:]
        for (name, node) in entries.sorted(by: { $0.key < $1.key }) {
            if let file = files[node] {
                images[name] = .file(file.contents(after: cut, using: &random))
            } else {
                images[name] = folder(node, moments, cut, &random)
            }
        }
        return .folder(images)
    }
}

extension DiskModel.FileState {
    fileprivate func contents(after cut: PowerCut, using random: inout some RandomNumberGenerator) -> [UInt8] {
        guard !pending.isEmpty, cut != .nothing else { return durable }
        var sizes = [durable.count]
        for change in pending { sizes.append(change.size(after: sizes.last!)) }
        let size = sizes[cut.reached(pending.count, &random)]
        let longest = sizes.max()!
        var touching: [Int: [Int]] = [:]
        for (index, change) in pending.enumerated() {
            let range = change.range(upTo: longest)
            guard !range.isEmpty else { continue }
            for block in range.lowerBound / cut.block...(range.upperBound - 1) / cut.block {
                touching[block, default: []].append(index)
            }
        }
        var bytes = durable + repeatElement(0, count: longest - durable.count)
        for (block, changes) in touching.sorted(by: { $0.key < $1.key }) {
            let limits = block * cut.block..<min((block + 1) * cut.block, longest)
            for index in changes.prefix(cut.reached(changes.count, &random)) {
                pending[index].apply(to: &bytes, within: limits)
            }
        }
        bytes.removeSubrange(size...)
        return bytes
    }
}

extension DiskModel.ContentChange {
    fileprivate func size(after size: Int) -> Int {
        switch self {
        case .write(let offset, let bytes): max(size, offset + bytes.count)
        case .resize(let size): size
        }
    }

    /// What it may change in a file of at most `longest` bytes.
    fileprivate func range(upTo longest: Int) -> Range<Int> {
        switch self {
        case .write(let offset, let bytes): offset..<offset + bytes.count
        case .resize(let size): size..<longest
        }
    }

    /// Changes what lies within the limits and leaves the length alone.
    fileprivate func apply(to bytes: inout [UInt8], within limits: Range<Int>) {
        let range = range(upTo: bytes.count).clamped(to: limits)
        switch self {
        case .write(let offset, let written):
            bytes.replaceSubrange(range, with: written[range.lowerBound - offset..<range.upperBound - offset])
        case .resize: bytes.replaceSubrange(range, with: repeatElement(0, count: range.count))
        }
    }
}
