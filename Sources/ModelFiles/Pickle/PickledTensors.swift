/// Collects the tensors of a pickled value under the names of the dictionaries that hold them, joined by dots.
///
/// `{"VGG16_0": {"Conv_0": {"kernel": …}}}` gives `VGG16_0.Conv_0.kernel`. Elements of lists and tuples are
/// named by their index. Values that are no tensors are left out.
struct PickledTensors {
    private let machine: PickleMachine
    private let bytesOfStorage: (TorchStorage) throws -> ByteSlice
    private var tensors: [String: StoredTensor] = [:]
    private var visits = 0
    private var path: [String] = []
    private var open: Set<Int> = []

    /// - Parameter bytesOfStorage: the bytes that the file holds for a PyTorch storage.
    /// - Throws: a fault when the values nest too deeply, contain themselves, or name a tensor twice.
    static func collect(
        _ root: PickleValue, from machine: PickleMachine,
        bytesOfStorage: @escaping (TorchStorage) throws -> ByteSlice
    ) throws -> [String: StoredTensor] {
        var collector = PickledTensors(machine: machine, bytesOfStorage: bytesOfStorage)
        try collector.visit(root)
        return collector.tensors
    }

    private init(machine: PickleMachine, bytesOfStorage: @escaping (TorchStorage) throws -> ByteSlice) {
        self.machine = machine
        self.bytesOfStorage = bytesOfStorage
    }

    private var name: String { path.joined(separator: ".") }

    private mutating func visit(_ value: PickleValue) throws {
        guard case .node(let index) = value else { return }
        let limits = machine.limits
        guard open.insert(index).inserted else { throw machine.reader.error(.cycle(at: name)) }
        defer { open.remove(index) }
        guard open.count <= limits.depth else { throw machine.reader.error(.tooDeep(limit: limits.depth)) }

        switch machine.nodes[index] {
        case .dictionary(let items):
            for (key, value) in items {
                try visit(value, named: try text(key))
            }
        case .list(let items), .tuple(let items):
            for (position, value) in items.enumerated() {
                try visit(value, named: "\(position)")
            }
        case .array(let tensor): try add(tensor)
        case .tensor(let tensor): try add(stored(tensor))
        case .emptyArray, .elementType, .storage: break
        }
    }

    private mutating func visit(_ value: PickleValue, named name: String) throws {
        visits += 1
        guard visits <= machine.limits.visits else {
            throw machine.reader.error(.tooManySteps(limit: machine.limits.visits))
        }
        guard case .node = value else { return }
        path.append(name)
        try visit(value)
        path.removeLast()
    }

    private mutating func add(_ tensor: StoredTensor) throws {
        guard tensors.count < machine.limits.tensors else {
            throw machine.reader.error(
                .tooLarge(what: "the number of tensors", value: tensors.count + 1, limit: machine.limits.tensors))
        }
        let name = name
        guard name.utf8.count <= machine.limits.nameLength else {
            throw machine.reader.error(
                .tooLarge(what: "the length of a name", value: name.utf8.count, limit: machine.limits.nameLength))
        }
        guard tensors.updateValue(tensor, forKey: name) == nil else {
            throw machine.reader.error(.duplicate(what: name))
        }
    }

    private func stored(_ tensor: TorchTensor) throws -> StoredTensor {
        let bytes = try bytesOfStorage(tensor.storage)
        let size = tensor.storage.elementType.size
        return try machine.reader.locating {
            let (start, overflow) = tensor.offset.multipliedReportingOverflow(by: size)
            guard !overflow, start >= 0, start <= bytes.count else {
                throw FormatFault.outside(what: name, start: tensor.offset, end: tensor.offset, size: bytes.count)
            }
            let from = bytes.range.lowerBound + start
            return try StoredTensor(
                elementType: tensor.storage.elementType, dims: tensor.dims, strides: tensor.strides,
                bytes: ByteSlice(bytes.file, range: from..<bytes.range.upperBound), name: name)
        }
    }

    private func text(_ key: PickleValue) throws -> String {
        switch key {
        case .text(let text):
            guard text.utf8.count <= machine.limits.nameLength else {
                throw machine.reader.error(
                    .tooLarge(what: "the length of a key", value: text.utf8.count, limit: machine.limits.nameLength))
            }
            return text
        case .int(let number): return "\(number)"
        default:
            throw machine.reader.error(.wrongKind(what: "a key", expected: "text", found: machine.kind(key)))
        }
    }
}
