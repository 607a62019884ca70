/// A part of a picture, of a size that is fixed at a place that is not: x `[N, H, W, C]` and the part's first row and column,
/// `[2]` → `[N, h, w, C]`.
///
/// The place is read anew in each pass, rounded, and held to where the part lies inside the picture. It has no derivative.
package struct Window: Hashable, Sendable, Codable {
    package var size: Extent2

    package init(_ size: Extent2) { self.size = size }
}

extension Window: Operation {
    var arity: ClosedRange<Int> { 2...2 }

    func outputShape(_ inputs: [Shape]) throws(Misfit) -> Shape {
        let x = inputs[0]
        guard x.rank == 4 else { throw Misfit("a picture needs rank 4") }
        guard inputs[1].dims == [2] else { throw Misfit("a place is a row and a column") }
        guard min(size.height, size.width) >= 1, size.height <= x.height, size.width <= x.width else {
            throw Misfit("a part of \(size.height) × \(size.width) does not lie inside")
        }
        return .nhwc(x.batch, size.height, size.width, x.channels)
    }

    func backwardReads(gradients wanted: [Bool]) -> BackwardReads { BackwardReads(inputs: wanted[0] ? [1] : []) }

    func forward(at site: Site) -> Step {
        let kernel = WindowKernel(x: site.inputs[0].shape, y: site.output.shape)
        return {
            [
                x = site.inputs[0].pointer, place = site.inputs[1].pointer, y = site.output.pointer,
                threads = site.threads
            ] in
            let start = kernel.start(place)
            threads.parallel(kernel.rows.count) { piece, _ in
                for row in kernel.rows.range(piece) {
                    (y + row * kernel.length).update(from: x + kernel.offset(of: row, start), count: kernel.length)
                }
            }
        }
    }

    func backward(at site: Site) -> Step {
        let nothing: Step = {
            if let place = site.inputGradients[1], !place.accumulates { place.pointer.update(repeating: 0, count: 2) }
        }
        guard let target = site.inputGradients[0] else { return nothing }
        let kernel = WindowKernel(x: site.inputs[0].shape, y: site.output.shape)
        return { [place = site.inputs[1].pointer, d = site.outputGradient!, threads = site.threads] in
            nothing()
            let start = kernel.start(place)
            if !target.accumulates { target.pointer.update(repeating: 0, count: kernel.count) }
            threads.parallel(kernel.rows.count) { piece, _ in
                for row in kernel.rows.range(piece) {
                    let (from, to) = (d + row * kernel.length, target.pointer + kernel.offset(of: row, start))
                    sweep(kernel.length) {
                        to.store(to.lanes($0) + from.lanes($0), $0)
                    } scalar: {
                        to[$0] += from[$0]
                    }
                }
            }
        }
    }
}

/// Where the rows of a part lie in the picture.
private struct WindowKernel {
    /// Elements of the picture, and of a row of the part.
    let count: Int
    let length: Int
    /// The part's rows, of all pictures.
    let rows: Pieces
    private let x: Shape
    private let y: Shape

    init(x: Shape, y: Shape) {
        (self.x, self.y) = (x, y)
        count = x.count
        length = y.width * y.channels
        rows = Pieces.balanced(y.batch * y.height, cost: length)
    }

    func start(_ place: UnsafePointer<Float>) -> (row: Int, column: Int) {
        func held(_ value: Float, _ room: Int) -> Int {
            // Above 2²⁴ the room itself may be rounded up.
            value > 0 ? min(Int(min(value.rounded(), Float(room))), room) : 0
        }
        return (held(place[0], x.height - y.height), held(place[1], x.width - y.width))
    }

    /// Where a row of the part begins in the picture's elements.
    func offset(of row: Int, _ start: (row: Int, column: Int)) -> Int {
        let (picture, line) = row.quotientAndRemainder(dividingBy: y.height)
        return ((picture * x.height + start.row + line) * x.width + start.column) * x.channels
    }
}
