import COpenBLAS

/// The library behind every matrix product.
package enum OpenBLAS {
    /// The kernel set that it chose for this processor when it was loaded, for example `SkylakeX`; the environment
    /// variable `OPENBLAS_CORETYPE` overrules the choice.
    package static var core: String { String(cString: openblas_get_corename()) }

    /// Takes the memory in which as many threads pack their matrices, so that none asks for it later: under an
    /// address-space limit OpenBLAS would ask for ever instead of failing.
    package static func reserveBuffers(threads: Int) {
        let buffers = (0..<threads).map { _ in blas_memory_alloc(0) }
        for buffer in buffers { blas_memory_free(buffer) }
    }
}
