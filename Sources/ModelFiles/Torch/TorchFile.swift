/// A file that `torch.save` wrote: a dictionary of tensors, in the zip format or in the older unzipped one.
package enum TorchFile {
    /// The tensors under their dotted names; their bytes stay in the file.
    ///
    /// - Throws: `ModelFileError.malformed` when the file breaks its format or holds anything but tensors.
    package static func tensors(in file: FileBytes) throws -> [String: StoredTensor] {
        let slice = ByteSlice(file)
        return ZipArchive.recognises(slice) ? try zipped(slice) : try legacy(slice)
    }

    /// The value of a pickle that should hold tensors alone.
    ///
    /// - Throws: `FormatFault.wholeModel` in place of the first name that no tensor has, where the pickle also names the classes that
    ///   networks are made of: that first one may be anybody's.
    private static func value(of machine: inout PickleMachine) throws -> PickleValue {
        do {
            return try machine.run()
        } catch ModelFileError.malformed(_, _, .forbiddenGlobal(_)) where machine.reader.slice.contains(text: modules) {
            throw machine.reader.error(.wholeModel)
        }
    }

    /// Where PyTorch has its layers.
    private static let modules = "torch.nn.modules."
    /// Where a TorchScript archive has its program.
    static let program = "code/"

    // MARK: Zip format: <name>/data.pkl, <name>/byteorder, and the storages in <name>/data/<key>

    private static func zipped(_ slice: ByteSlice) throws -> [String: StoredTensor] {
        let archive = try ZipArchive(slice)
        func failure(_ fault: FormatFault) -> ModelFileError {
            .malformed(path: slice.file.path, format: .torchZip, fault: fault)
        }
        guard let pickleName = archive.entries.keys.filter({ $0.hasSuffix("/data.pkl") }).sorted().first,
            let pickle = archive.entries[pickleName]
        else { throw failure(.missingEntry("data.pkl")) }
        let folder = pickleName.dropLast("data.pkl".count)
        if let order = archive.entries[folder + "byteorder"] {
            let little = order.withUnsafeBytes { $0.elementsEqual("little".utf8) }
            guard little else { throw failure(.unsupportedFeature("a byte order other than little-endian")) }
        }
        guard !archive.entries.keys.contains(where: { $0.hasPrefix(folder + program) }) else {
            throw failure(.wholeModel)
        }
        var machine = PickleMachine(ByteReader(pickle, format: .torchZip))
        let root = try value(of: &machine)
        return try PickledTensors.collect(root, from: machine) { storage in
            guard let bytes = archive.entries["\(folder)data/\(storage.key)"] else {
                throw failure(.missingEntry("data/\(storage.key.prefix(40))"))
            }
            let (size, overflow) = storage.count.multipliedReportingOverflow(by: storage.elementType.size)
            guard !overflow, size == bytes.count else {
                throw failure(
                    .sizeMismatch(
                        what: "storage \(storage.key.prefix(40))", dims: [storage.count],
                        expected: overflow ? .max : size, found: bytes.count))
            }
            return bytes
        }
    }

    // MARK: Legacy format: pickles of magic number, protocol, machine and contents, then the storages

    /// The number that starts a legacy file, as little-endian bytes (`MAGIC_NUMBER` in `torch/serialization.py`).
    static let magicNumber: [UInt8] = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19]
    private static let protocolVersion = 1001

    /// Whether a file starts with the pickled magic number.
    static func recognisesLegacy(_ slice: ByteSlice) -> Bool {
        slice.withUnsafeBytes { $0.count > 14 && $0[2] == 0x8a && $0[3] == 10 && $0[4..<14].elementsEqual(magicNumber) }
    }

    private static func legacy(_ slice: ByteSlice) throws -> [String: StoredTensor] {
        var reader = ByteReader(slice, format: .torchLegacy)
        guard case .wideInt(let magic) = try pickle(&reader), magic.withUnsafeBytes({ $0.elementsEqual(magicNumber) })
        else {
            throw reader.error(
                .wrongMagic(expected: "PyTorch's magic number", found: ByteReader(slice, format: .torchLegacy).peek(16))
            )
        }
        guard case .int(protocolVersion) = try pickle(&reader) else {
            throw reader.error(.unsupportedFeature("a protocol other than \(protocolVersion)"))
        }
        try checkMachine(&reader)

        var machine = PickleMachine(reader)
        let root = try value(of: &machine)
        var keys = PickleMachine(machine.reader)
        let list = try keys.run()
        reader = keys.reader
        let storages = try read(storages: machine.storages, keys: texts(list, of: keys), from: &reader)
        return try PickledTensors.collect(root, from: machine) { storage in
            guard let bytes = storages[storage.key] else {
                throw reader.error(.missingEntry("storage \(storage.key.prefix(40))"))
            }
            return bytes
        }
    }

    private static func pickle(_ reader: inout ByteReader) throws -> PickleValue {
        var machine = PickleMachine(reader)
        let value = try machine.run()
        reader = machine.reader
        return value
    }

    /// The machine that wrote the file must have been little-endian.
    private static func checkMachine(_ reader: inout ByteReader) throws {
        var machine = PickleMachine(reader)
        guard case .node(let index) = try machine.run(), case .dictionary(let facts) = machine.nodes[index] else {
            throw reader.error(
                .wrongKind(what: "the description of the machine", expected: "a dictionary", found: "something else"))
        }
        for (key, value) in facts {
            if case .text("little_endian") = key, case .bool(false) = value {
                throw reader.error(.unsupportedFeature("a byte order other than little-endian"))
            }
        }
        reader = machine.reader
    }

    private static func texts(_ list: PickleValue, of machine: PickleMachine) throws -> [String] {
        guard case .node(let index) = list, case .list(let items) = machine.nodes[index] else {
            throw machine.reader.error(
                .wrongKind(what: "the keys of the storages", expected: "a list", found: machine.kind(list)))
        }
        return try items.map { item in
            guard case .text(let key) = item else {
                throw machine.reader.error(
                    .wrongKind(what: "the key of a storage", expected: "text", found: machine.kind(item)))
            }
            return key
        }
    }

    /// The storages follow in the order of `keys`: an element count in eight bytes, then the elements.
    private static func read(
        storages: [String: TorchStorage], keys: [String], from reader: inout ByteReader
    ) throws -> [String: ByteSlice] {
        var bytes: [String: ByteSlice] = [:]
        for key in keys {
            let shown = key.prefix(40)
            guard let storage = storages[key] else {
                throw reader.error(.missingEntry("mention of the storage \(shown)"))
            }
            let count = try reader.integer(Int64.self, "the size of storage \(shown)")
            guard count == Int64(storage.count) else {
                throw reader.error(
                    .wrongKind(
                        what: "the size of storage \(shown)", expected: "\(storage.count)", found: "\(count)"))
            }
            let (size, overflow) = storage.count.multipliedReportingOverflow(by: storage.elementType.size)
            let taken = try reader.take(overflow ? .max : size, "storage \(shown)")
            guard bytes.updateValue(taken, forKey: key) == nil else {
                throw reader.error(.duplicate(what: "storage \(shown)"))
            }
        }
        guard reader.remaining == 0 else {
            throw reader.error(.gap(at: reader.position, next: reader.slice.count))
        }
        return bytes
    }
}
