/// Rounds to the grid of an 8-bit quantisation and stays in floats: a `QuantizeLinear`, `DequantizeLinear` pair.
///
/// `(clamp(round(x / scale) + zeroPoint) − zeroPoint) · scale`, ties to even. The gradient passes straight through
/// inside the representable range and is zero outside (Jacob et al. 2018, section 3).
package struct FakeQuantize: Hashable, Sendable, Codable {
    package enum Grid: String, Hashable, Sendable, Codable { case int8, uint8 }

    package var scale: Float
    package var zeroPoint: Int
    package var grid: Grid

    package init(scale: Float, zeroPoint: Int, grid: Grid) {
        self.scale = scale
        self.zeroPoint = zeroPoint
        self.grid = grid
    }
}
