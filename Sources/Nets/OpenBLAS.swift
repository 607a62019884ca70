import COpenBLAS

/// The library behind every matrix product.
package enum OpenBLAS {
    /// The kernel set that it chose for this processor when it was loaded, for example `SkylakeX`; the environment
    /// variable `OPENBLAS_CORETYPE` overrules the choice.
    package static var core: String { String(cString: openblas_get_corename()) }
}
