/// Reads a pickle that holds tensors, and nothing else.
///
/// The pickle format (Python's `Lib/pickletools.py` describes every operation) is a program for a stack machine.
/// This machine knows the operations of protocols 2 to 5 that tensors need, and the names in ``PickleGlobal``;
/// anything else is an error that names it. No code is ever run, and no memory is taken that the length of the
/// file does not justify: values are slices of the file or nodes, at most one an operation.
struct PickleMachine {
    private(set) var reader: ByteReader
    let limits: PickleLimits
    var nodes: [PickleNode] = []
    /// The storages that persistent identifiers mentioned, by key.
    var storages: [String: TorchStorage] = [:]
    private var stack: [PickleValue] = []
    private var marks: [Int] = []
    private var memo: [Int: PickleValue] = [:]
    private var operationStart = 0
    /// Bytes made from text, in all; see `latin1`.
    var encodedBytes = 0

    init(_ reader: ByteReader, limits: PickleLimits = PickleLimits()) {
        self.reader = reader
        self.limits = limits
    }

    /// Runs one pickle to its STOP and returns its value; ``reader`` then stands behind it.
    ///
    /// - Throws: `ModelFileError.malformed` with the fault that the pickle has.
    mutating func run() throws -> PickleValue {
        for _ in 0..<limits.operations {
            operationStart = reader.position
            let opcode = try reader.byte("a pickle operation")
            if opcode == UInt8(ascii: ".") {
                let result = try pop()
                (stack, marks, memo) = ([], [], [:])
                return result
            }
            try execute(opcode)
        }
        throw reader.error(.tooManySteps(limit: limits.operations))
    }

    private mutating func execute(_ opcode: UInt8) throws {
        switch opcode {
        case 0x80:
            let version = try reader.byte("the pickle protocol")
            guard version <= 5 else { throw reader.error(.unsupportedFeature("pickle protocol \(version)")) }
        case 0x95: _ = try reader.length(UInt64.self, "a pickle frame")
        case UInt8(ascii: "("): marks.append(stack.count)
        case UInt8(ascii: "0"): _ = try pop()
        case UInt8(ascii: "1"): _ = try popToMark()
        case UInt8(ascii: "2"):
            let value = try pop()
            stack.append(value)
            stack.append(value)
        case UInt8(ascii: "N"): stack.append(.none)
        case 0x88: stack.append(.bool(true))
        case 0x89: stack.append(.bool(false))
        case UInt8(ascii: "J"): stack.append(.int(Int(try reader.integer(Int32.self, "an integer"))))
        case UInt8(ascii: "K"): stack.append(.int(Int(try reader.byte("an integer"))))
        case UInt8(ascii: "M"): stack.append(.int(Int(try reader.integer(UInt16.self, "an integer"))))
        case 0x8a: try pushInteger(reader.length(UInt8.self, "an integer"))
        case 0x8b: try pushInteger(reader.length(UInt32.self, "an integer"))
        case UInt8(ascii: "G"):
            let bits = UInt64(bigEndian: try reader.integer(UInt64.self, "a number"))
            stack.append(.double(Double(bitPattern: bits)))
        case UInt8(ascii: "X"): try pushText(reader.length(UInt32.self, "text"))
        case 0x8c: try pushText(reader.length(UInt8.self, "text"))
        case 0x8d: try pushText(reader.length(UInt64.self, "text"))
        case UInt8(ascii: "B"), UInt8(ascii: "T"): try pushBytes(reader.length(UInt32.self, "bytes"))
        case UInt8(ascii: "C"), UInt8(ascii: "U"): try pushBytes(reader.length(UInt8.self, "bytes"))
        case 0x8e, 0x96: try pushBytes(reader.length(UInt64.self, "bytes"))
        default: try executeCompound(opcode)
        }
    }

    private mutating func executeCompound(_ opcode: UInt8) throws {
        switch opcode {
        case UInt8(ascii: "}"): push(.dictionary([]))
        case UInt8(ascii: "]"): push(.list([]))
        case UInt8(ascii: ")"): push(.tuple([]))
        case 0x85, 0x86, 0x87:
            let count = Int(opcode - 0x84)
            var values = [PickleValue](repeating: .none, count: count)
            for index in (0..<count).reversed() { values[index] = try pop() }
            push(.tuple(values))
        case UInt8(ascii: "t"): push(.tuple(try popToMark()))
        case UInt8(ascii: "l"): push(.list(try popToMark()))
        case UInt8(ascii: "d"): push(.dictionary(try pairs(popToMark())))
        case UInt8(ascii: "a"): try append([pop()])
        case UInt8(ascii: "e"): try append(popToMark())
        case UInt8(ascii: "s"):
            let value = try pop()
            try setItems([pop(), value])
        case UInt8(ascii: "u"): try setItems(popToMark())
        case UInt8(ascii: "q"): try store(Int(reader.byte("a memo index")))
        case UInt8(ascii: "r"): try store(Int(reader.integer(UInt32.self, "a memo index")))
        case 0x94: try store(memo.count)
        case UInt8(ascii: "h"): try recall(Int(reader.byte("a memo index")))
        case UInt8(ascii: "j"): try recall(Int(reader.integer(UInt32.self, "a memo index")))
        case UInt8(ascii: "c"):
            let module = try reader.line("a module name")
            try pushGlobal(module: module, name: reader.line("a name"))
        case 0x93:
            let name = try pop()
            guard case .text(let name) = name, case .text(let module) = try pop() else {
                throw reader.error(.wrongKind(what: "a name", expected: "text", found: name.kind))
            }
            try pushGlobal(module: module, name: name)
        case UInt8(ascii: "R"):
            let arguments = try pop()
            let callee = try pop()
            stack.append(try reduce(callee, arguments))
        case UInt8(ascii: "b"):
            let state = try pop()
            let target = try pop()
            try build(target, state)
            stack.append(target)
        case UInt8(ascii: "Q"): stack.append(try storage(identifiedBy: pop()))
        default: throw reader.error(.unknownOpcode(opcode, at: operationStart))
        }
    }
}

// MARK: - Stack and memo

extension PickleMachine {
    /// Adds a compound value to the arena and returns the reference to it.
    mutating func add(_ node: PickleNode) -> PickleValue {
        nodes.append(node)
        return .node(nodes.count - 1)
    }

    private mutating func push(_ node: PickleNode) {
        stack.append(add(node))
    }

    private mutating func pop() throws -> PickleValue {
        guard stack.count > (marks.last ?? 0), let value = stack.popLast() else {
            throw reader.error(.stackUnderflow(at: operationStart))
        }
        return value
    }

    private mutating func popToMark() throws -> [PickleValue] {
        guard let mark = marks.popLast() else { throw reader.error(.stackUnderflow(at: operationStart)) }
        let values = Array(stack[mark...])
        stack.removeSubrange(mark...)
        return values
    }

    private mutating func store(_ index: Int) throws {
        guard stack.count > (marks.last ?? 0), let value = stack.last else {
            throw reader.error(.stackUnderflow(at: operationStart))
        }
        memo[index] = value
    }

    private mutating func recall(_ index: Int) throws {
        guard let value = memo[index] else { throw reader.error(.unknownMemo(index, at: operationStart)) }
        stack.append(value)
    }

    private mutating func pushText(_ length: Int) throws {
        stack.append(.text(try reader.text(length, "text")))
    }

    private mutating func pushBytes(_ length: Int) throws {
        stack.append(.bytes(try reader.take(length, "bytes")))
    }

    private mutating func pushInteger(_ length: Int) throws {
        let bytes = try reader.take(length, "an integer")
        guard length <= 8 else { return stack.append(.wideInt(bytes)) }
        let value = bytes.withUnsafeBytes { bytes in
            var bits: UInt64 = bytes.last.map { $0 & 0x80 != 0 } == true ? .max : 0
            for byte in bytes.reversed() { bits = bits << 8 | UInt64(byte) }
            return Int(Int64(bitPattern: bits))
        }
        stack.append(.int(value))
    }

    private mutating func pushGlobal(module: String, name: String) throws {
        guard let global = PickleGlobal(module: module, name: name) else {
            throw reader.error(.forbiddenGlobal(String("\(module).\(name)".prefix(200))))
        }
        stack.append(.global(global))
    }
}

// MARK: - Containers

extension PickleMachine {
    /// Appends in place: taking the node out first keeps its array uniquely referenced, hence linear time.
    private mutating func append(_ values: [PickleValue]) throws {
        let target = try pop()
        stack.append(target)
        guard case .node(let index) = target, case .list(var items) = nodes[index] else {
            throw reader.error(.wrongKind(what: "the target of an append", expected: "a list", found: kind(target)))
        }
        nodes[index] = .emptyArray
        items.append(contentsOf: values)
        nodes[index] = .list(items)
    }

    private mutating func setItems(_ values: [PickleValue]) throws {
        let target = try pop()
        stack.append(target)
        guard case .node(let index) = target, case .dictionary(var items) = nodes[index] else {
            throw reader.error(
                .wrongKind(what: "the target of a key and value", expected: "a dictionary", found: kind(target)))
        }
        nodes[index] = .emptyArray
        items.append(contentsOf: try pairs(values))
        nodes[index] = .dictionary(items)
    }

    private func pairs(_ values: [PickleValue]) throws -> [(key: PickleValue, value: PickleValue)] {
        guard values.count.isMultiple(of: 2) else {
            throw reader.error(
                .wrongKind(what: "a dictionary", expected: "pairs", found: "\(values.count) values"))
        }
        return stride(from: 0, to: values.count, by: 2).map { (values[$0], values[$0 + 1]) }
    }

    func kind(_ value: PickleValue) -> String {
        guard case .node(let index) = value else { return value.kind }
        return nodes[index].kind
    }

    /// The elements of a tuple.
    func tuple(_ value: PickleValue, _ what: @autoclosure () -> String) throws -> [PickleValue] {
        guard case .node(let index) = value, case .tuple(let values) = nodes[index] else {
            throw reader.error(.wrongKind(what: what(), expected: "a tuple", found: kind(value)))
        }
        return values
    }
}
