/// A file that is one pickle of numpy arrays, such as the `.ckpt` files of flax and jax packages.
package enum PickleFile {
    /// Whether a file may be a pickle of protocol 2 or later, judged by its first and last byte.
    static func recognises(_ slice: ByteSlice) -> Bool {
        slice.withUnsafeBytes { bytes in
            bytes.count > 2 && bytes[0] == 0x80 && (2...5).contains(bytes[1]) && bytes.last == UInt8(ascii: ".")
        }
    }

    /// The arrays of the pickle under their dotted names; their bytes stay in the file.
    ///
    /// - Throws: `ModelFileError.malformed`, also when something follows the pickle.
    package static func tensors(in file: FileBytes) throws -> [String: StoredTensor] {
        var machine = PickleMachine(ByteReader(ByteSlice(file), format: .pickle))
        let root = try machine.run()
        guard machine.reader.remaining == 0 else {
            throw machine.reader.error(.gap(at: machine.reader.position, next: file.count))
        }
        return try PickledTensors.collect(root, from: machine) { storage in
            throw machine.reader.error(.missingEntry("storage \(storage.key)"))
        }
    }
}
