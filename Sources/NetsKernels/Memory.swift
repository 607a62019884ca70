/// Float memory as kernels hold it.
package typealias Floats = UnsafeMutablePointer<Float>

extension UnsafeMutablePointer where Pointee == Float {
    /// One vector from `index` on, at any alignment.
    @inline(__always)
    func lanes(_ index: Int) -> Lanes {
        UnsafeRawPointer(self + index).loadUnaligned(as: Lanes.self)
    }

    /// Writes one vector from `index` on, at any alignment.
    @inline(__always)
    func store(_ lanes: Lanes, _ index: Int) {
        UnsafeMutableRawPointer(self + index).storeBytes(of: lanes, as: Lanes.self)
    }
}

/// A byte for each pooled value: through which of its window's four pixels the gradient goes, bits 0 to 3 row by row. Of a
/// rectified value, which is its own window, bit 0.
package typealias Routes = UnsafeMutablePointer<UInt8>

extension UnsafeMutablePointer where Pointee == UInt8 {
    /// The codes of one vector from `index` on.
    @inline(__always)
    func codes(_ index: Int) -> Codes {
        var codes = Codes()
        let bytes = UnsafeRawPointer(self + index).loadUnaligned(as: Bytes.self)
        for lane in 0..<Codes.scalarCount { codes[lane] = Int32(bytes[lane]) }
        return codes
    }

    /// Writes the codes of one vector from `index` on.
    @inline(__always)
    func store(_ codes: Codes, _ index: Int) {
        var bytes = Bytes()
        for lane in 0..<Codes.scalarCount { bytes[lane] = UInt8(truncatingIfNeeded: codes[lane]) }
        UnsafeMutableRawPointer(self + index).storeBytes(of: bytes, as: Bytes.self)
    }
}
