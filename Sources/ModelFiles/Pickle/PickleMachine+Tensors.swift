// What the operations REDUCE, BUILD and BINPERSID may construct.

extension PickleMachine {
    /// Performs the construction that `callee` stands for.
    mutating func reduce(_ callee: PickleValue, _ arguments: PickleValue) throws -> PickleValue {
        guard case .global(let global) = callee else {
            throw reader.error(.forbiddenCall("call \(kind(callee))"))
        }
        let arguments = try tuple(arguments, "the arguments of \(global)")
        switch global {
        case .numpyReconstruct:
            guard case .global(.numpyArray)? = arguments.first else {
                throw reader.error(.forbiddenCall("reconstruct something that is no array"))
            }
            return add(.emptyArray)
        case .numpyElementType:
            guard let name = arguments.first, case .text(let name) = name else {
                throw reader.error(.wrongKind(what: "an element type", expected: "text", found: "something else"))
            }
            return add(.elementType(PickledElementType(name: name, byteOrder: nil)))
        case .numpyFromBuffer:
            guard arguments.count == 4 else { throw arity(global, 4, arguments) }
            return try array(
                shape: arguments[2], type: arguments[1], bytes: arguments[0],
                columnMajor: text(arguments[3], "an array's order") == "F")
        case .numpyScalar:
            guard arguments.count == 2 else { throw arity(global, 2, arguments) }
            return try array(shape: add(.tuple([])), type: arguments[0], bytes: arguments[1], columnMajor: false)
        case .encodeText:
            guard arguments.count == 2, try text(arguments[1], "an encoding") == "latin1" else {
                throw reader.error(.forbiddenCall("encode text other than as latin1"))
            }
            return .bytes(try latin1(text(arguments[0], "encoded text")))
        case .orderedDictionary:
            guard arguments.isEmpty else { throw arity(global, 0, arguments) }
            return add(.dictionary([]))
        case .torchRebuildTensor: return try torchTensor(arguments)
        case .torchRebuildParameter:
            guard let tensor = arguments.first else { throw arity(global, 1, arguments) }
            return tensor
        case .torchSize:
            guard arguments.count == 1 else { throw arity(global, 1, arguments) }
            return arguments[0]
        case .numpyArray, .torchStorage:
            throw reader.error(.forbiddenCall("call \(global)"))
        }
    }

    /// Gives a value its state: an array its contents, an element type its byte order.
    ///
    /// The state of a dictionary (PyTorch's `_metadata`) says nothing about tensors and is dropped.
    mutating func build(_ target: PickleValue, _ state: PickleValue) throws {
        guard case .node(let index) = target else {
            throw reader.error(.forbiddenCall("set the state of \(kind(target))"))
        }
        switch nodes[index] {
        case .dictionary: return
        case .elementType(var type):
            let fields = try tuple(state, "the state of an element type")
            guard fields.count >= 5, case .none = fields[2], case .none = fields[3], case .none = fields[4] else {
                throw reader.error(.unsupportedElementType("\(type.name) with fields"))
            }
            type.byteOrder = try text(fields[1], "a byte order")
            nodes[index] = .elementType(type)
        case .emptyArray:
            let fields = try tuple(state, "the state of an array")
            guard fields.count == 5, case .bool(let columnMajor) = fields[3] else {
                throw reader.error(
                    .wrongKind(what: "the state of an array", expected: "five fields", found: "\(fields.count)"))
            }
            let value = try array(shape: fields[1], type: fields[2], bytes: fields[4], columnMajor: columnMajor)
            guard case .node(let built) = value else { return }
            nodes[index] = nodes[built]
        case .tuple, .list, .array, .storage, .tensor:
            throw reader.error(.forbiddenCall("set the state of \(kind(target))"))
        }
    }

    /// A storage, named by PyTorch's persistent identifier `("storage", type, key, location, count[, view])`.
    mutating func storage(identifiedBy identifier: PickleValue) throws -> PickleValue {
        let fields = try tuple(identifier, "a persistent identifier")
        guard fields.count == 5 || fields.count == 6, case .text("storage") = fields[0],
            case .global(.torchStorage(let type)) = fields[1]
        else {
            throw reader.error(.forbiddenCall("load something that is no storage"))
        }
        if fields.count == 6 {
            guard case .none = fields[5] else { throw reader.error(.unsupportedFeature("a view of a storage")) }
        }
        let key = try text(fields[2], "the key of a storage")
        let count = try int(fields[4], "the size of storage \(key)")
        guard count >= 0 else { throw reader.error(.negative(what: "the size of storage \(key)", value: count)) }
        let storage = TorchStorage(elementType: type, key: key, count: count)
        if let known = storages[key], known != storage {
            throw reader.error(.duplicate(what: "storage \(key), with different types or sizes,"))
        }
        storages[key] = storage
        return add(.storage(storage))
    }

    private mutating func torchTensor(_ arguments: [PickleValue]) throws -> PickleValue {
        guard arguments.count >= 4, case .node(let index) = arguments[0], case .storage(let storage) = nodes[index]
        else {
            throw reader.error(.wrongKind(what: "a tensor", expected: "a storage", found: "something else"))
        }
        return add(
            .tensor(
                TorchTensor(
                    storage: storage, offset: try int(arguments[1], "the offset of a tensor"),
                    dims: try ints(arguments[2], "the shape of a tensor"),
                    strides: try ints(arguments[3], "the strides of a tensor"))))
    }

    private mutating func array(
        shape: PickleValue, type: PickleValue, bytes: PickleValue, columnMajor: Bool
    ) throws -> PickleValue {
        guard case .node(let index) = type, case .elementType(let name) = nodes[index] else {
            throw reader.error(.wrongKind(what: "an array's type", expected: "an element type", found: kind(type)))
        }
        guard case .bytes(let bytes) = bytes else {
            throw reader.error(.wrongKind(what: "an array's contents", expected: "bytes", found: kind(bytes)))
        }
        let dims = try ints(shape, "the shape of an array")
        let elementType = try elementType(name)
        let tensor = try reader.locating {
            let tensor = try StoredTensor(
                elementType: elementType, dims: dims, strides: columnMajor ? columnMajorStrides(dims) : nil,
                bytes: bytes, name: "an array")
            guard tensor.count * elementType.size == bytes.count else {
                throw FormatFault.sizeMismatch(
                    what: "an array", dims: dims, expected: tensor.count * elementType.size, found: bytes.count)
            }
            return tensor
        }
        return add(.array(tensor))
    }

    /// The element type behind a numpy type string, whose first letter may be the byte order.
    private func elementType(_ type: PickledElementType) throws -> ElementType {
        var name = type.name
        var order = type.byteOrder ?? "<"
        if let first = name.first, "<>|=".contains(first) {
            order = String(first)
            name.removeFirst()
        }
        guard let element = ElementType(numpyName: name) else {
            throw reader.error(.unsupportedElementType(String(type.name.prefix(40))))
        }
        guard order != ">" || element.size == 1 else {
            throw reader.error(.unsupportedFeature("big-endian \(element)"))
        }
        return element
    }

    private func columnMajorStrides(_ dims: [Int]) -> [Int] {
        var strides: [Int] = []
        var step = 1
        for dim in dims {
            strides.append(step)
            step = step.multipliedReportingOverflow(by: max(dim, 1)).partialValue
        }
        return strides
    }

    /// Text as bytes. A pickle may recall one text many times, so that the sum is held to the size of the file.
    private mutating func latin1(_ text: String) throws -> ByteSlice {
        encodedBytes += text.utf8.count
        guard encodedBytes <= reader.slice.count else {
            throw reader.error(
                .tooLarge(what: "the size of encoded text", value: encodedBytes, limit: reader.slice.count))
        }
        let bytes = try text.unicodeScalars.map { scalar in
            guard let byte = UInt8(exactly: scalar.value) else {
                throw reader.error(.wrongKind(what: "encoded text", expected: "latin1", found: "U+\(scalar.value)"))
            }
            return byte
        }
        return ByteSlice(FileBytes(bytes, name: reader.slice.file.path))
    }

    private func text(_ value: PickleValue, _ what: @autoclosure () -> String) throws -> String {
        switch value {
        case .text(let text): return text
        case .bytes(let bytes):
            if let text = bytes.withUnsafeBytes({ String(validating: $0, as: UTF8.self) }) { return text }
        default: break
        }
        throw reader.error(.wrongKind(what: what(), expected: "text", found: kind(value)))
    }

    private func int(_ value: PickleValue, _ what: @autoclosure () -> String) throws -> Int {
        guard case .int(let number) = value else {
            throw reader.error(.wrongKind(what: what(), expected: "an integer", found: kind(value)))
        }
        return number
    }

    private func ints(_ value: PickleValue, _ what: @autoclosure () -> String) throws -> [Int] {
        let values = try tuple(value, what())
        guard values.count <= StoredTensor.maximumRank else {
            throw reader.error(
                .tooLarge(what: "the rank in \(what())", value: values.count, limit: StoredTensor.maximumRank))
        }
        return try values.map { try int($0, what()) }
    }

    private func arity(_ global: PickleGlobal, _ expected: Int, _ found: [PickleValue]) -> ModelFileError {
        reader.error(
            .wrongKind(what: "the arguments of \(global)", expected: "\(expected)", found: "\(found.count)"))
    }
}
