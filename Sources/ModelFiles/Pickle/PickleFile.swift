/// A file that is one pickle of numpy arrays, such as the `.ckpt` files of flax and jax packages.
package enum PickleFile {
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
