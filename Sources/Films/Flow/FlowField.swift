import Pictures

/// How far each pixel of one frame has moved until another: pixel (x, y) is found at (x + u, y + v) there.
///
/// Both planes are in pixels, in reading order, `size.area` values each; x runs to the right, y downwards.
package struct FlowField: Sendable, Equatable {
    package let size: PixelSize
    package internal(set) var u: [Float]
    package internal(set) var v: [Float]

    package init(size: PixelSize, u: [Float], v: [Float]) {
        precondition(
            size.width > 0 && size.height > 0 && u.count == size.area && v.count == size.area,
            "\(u.count) and \(v.count) values do not fill \(size.width) × \(size.height)")
        self.size = size
        self.u = u
        self.v = v
    }

    /// No movement.
    package init(still size: PixelSize) {
        self.init(
            size: size, u: [Float](repeating: 0, count: size.area), v: [Float](repeating: 0, count: size.area))
    }

    /// Mean length of the difference to `truth`, in pixels: the end-point error (Barron 1994; Baker 2011).
    package func endPointError(to truth: FlowField) -> Double {
        precondition(size == truth.size, "a flow of \(size) beside one of \(truth.size)")
        var sum = 0.0
        for index in 0..<size.area {
            let (du, dv) = (Double(u[index] - truth.u[index]), Double(v[index] - truth.v[index]))
            sum += (du * du + dv * dv).squareRoot()
        }
        return sum / Double(size.area)
    }
}

extension FlowField {
    /// Both planes as kernels hold memory; they are only read.
    func withPlanes(_ body: (_ u: Floats, _ v: Floats) -> Void) {
        u.withUnsafeBufferPointer { u in
            v.withUnsafeBufferPointer { v in
                body(Floats(mutating: u.baseAddress!), Floats(mutating: v.baseAddress!))
            }
        }
    }
}
