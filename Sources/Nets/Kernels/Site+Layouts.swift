extension Site {
    /// The weights in the layout that a kernel reads: made once for all executors when they are fixed, otherwise by
    /// `prepare` before each run.
    func weights(
        as form: Tensor.Form, count: Int, _ make: @escaping (_ weights: Floats, _ into: Floats) -> Void
    ) -> (pointer: Floats, prepare: Step) {
        let weights = inputs[1].pointer
        if let tensor = fixed[1] {
            let storage = tensor.form(form, count: count) { make(weights, $0.pointer) }
            // The step's only use of the storage is to keep it alive.
            return (storage.pointer, { withExtendedLifetime(storage) {} })
        }
        let storage = AlignedStorage(count: count)
        return (storage.pointer, { make(weights, storage.pointer) })
    }
}
