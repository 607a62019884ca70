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
