/// A place in a plane, between four pixels, and how much of each it takes.
struct BetweenPixels {
    private let upper: Int
    private let lower: Int
    private let right: Int
    private let partX: Float
    private let partY: Float

    /// A place within the area of a picture's pixels, half a pixel beyond their centres; nil is outside, as is what is
    /// not a number. (Ruder's programs also call the last row and column outside, which then flicker.)
    @inline(__always)
    init?(_ x: Float, _ y: Float, width: Int, height: Int) {
        guard x >= -0.5, y >= -0.5, x <= Float(width) - 0.5, y <= Float(height) - 0.5 else { return nil }
        self.init(held: x, y, width: width, height: height)
    }

    /// The nearest place between centres of pixels.
    @inline(__always)
    init(held x: Float, _ y: Float, width: Int, height: Int) {
        // The constant first: NaN becomes 0.
        let (heldX, heldY) = (min(max(0, x), Float(width &- 1)), min(max(0, y), Float(height &- 1)))
        let (x0, y0) = (Int(heldX), Int(heldY))
        (partX, partY) = (heldX - Float(x0), heldY - Float(y0))
        upper = y0 &* width &+ x0
        lower = y0 &+ 1 < height ? upper &+ width : upper
        right = x0 &+ 1 < width ? 1 : 0
    }

    /// What a plane without gaps between its rows shows there.
    @inline(__always)
    func value(_ plane: Floats) -> Float {
        let above = plane[upper] + (plane[upper &+ right] - plane[upper]) * partX
        let below = plane[lower] + (plane[lower &+ right] - plane[lower]) * partX
        return above + (below - above) * partY
    }
}
