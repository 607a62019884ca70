import Foundation

@testable import Nets

/// Straightforward float64 twins of the operators: loops over indices as the formulas say, nothing clever.
/// They share no code with the kernels.
enum Naive {
    struct Array4 {
        let n, h, w, c: Int
        var data: [Double]

        init(_ tensor: Tensor) {
            let dims = [Int](repeating: 1, count: 4 - tensor.shape.rank) + tensor.shape.dims
            (n, h, w, c) = (dims[0], dims[1], dims[2], dims[3])
            data = tensor.values.map(Double.init)
        }

        init(_ n: Int, _ h: Int, _ w: Int, _ c: Int) {
            (self.n, self.h, self.w, self.c) = (n, h, w, c)
            data = [Double](repeating: 0, count: n * h * w * c)
        }

        subscript(n: Int, y: Int, x: Int, c: Int) -> Double {
            get { data[place(n, y, x, c)] }
            set { data[place(n, y, x, c)] = newValue }
        }

        func inside(_ y: Int, _ x: Int) -> Bool { (0..<h).contains(y) && (0..<w).contains(x) }

        func place(_ n: Int, _ y: Int, _ x: Int, _ c: Int) -> Int { ((n * h + y) * w + x) * self.c + c }

        /// Adds `count` neighbours of `other`, each times `factor`, to those from `place` on: what takes the time of a twin.
        mutating func add(_ factor: Double, times other: Array4, from: Int, count: Int, at place: Int) {
            data.withUnsafeMutableBufferPointer { sums in
                other.data.withUnsafeBufferPointer { values in
                    for index in 0..<count { sums[place + index] += factor * values[from + index] }
                }
            }
        }
    }

    static func convolution(_ x: Tensor, _ weights: Tensor, _ bias: Tensor?, _ p: Convolution) -> [Double] {
        let (x, k) = (Array4(x), Array4(weights))
        let height = (x.h + p.padding.top + p.padding.bottom - p.dilation.height * (k.n - 1) - 1) / p.stride.height + 1
        let width = (x.w + p.padding.left + p.padding.right - p.dilation.width * (k.h - 1) - 1) / p.stride.width + 1
        var y = Array4(x.n, height, width, k.c)
        let perGroup = k.c / p.groups
        for n in 0..<x.n {
            for oy in 0..<height {
                for ox in 0..<width {
                    for o in 0..<k.c { y[n, oy, ox, o] = bias.map { Double($0[o]) } ?? 0 }
                    for ky in 0..<k.n {
                        for kx in 0..<k.h {
                            let iy = oy * p.stride.height - p.padding.top + ky * p.dilation.height
                            let ix = ox * p.stride.width - p.padding.left + kx * p.dilation.width
                            guard x.inside(iy, ix) else { continue }
                            for channel in 0..<p.groups * k.w {
                                let (group, i) = channel.quotientAndRemainder(dividingBy: k.w)
                                y.add(
                                    x[n, iy, ix, channel], times: k, from: k.place(ky, kx, i, group * perGroup),
                                    count: perGroup, at: y.place(n, oy, ox, group * perGroup))
                            }
                        }
                    }
                }
            }
        }
        return y.data.map { v in p.activation.map { activation($0, v) } ?? v }
    }

    /// The gradient of a convolution's weights, `[kh, kw, C / groups, out]`, by that of its output.
    static func weightGradient(_ x: Tensor, _ gradient: Tensor, weights: Shape, _ p: Convolution) -> [Double] {
        let (x, dy) = (Array4(x), Array4(gradient))
        var dw = Array4(weights[0], weights[1], weights[2], weights[3])
        let perGroup = dw.c / p.groups
        for n in 0..<x.n {
            for (oy, ox) in (0..<dy.h).flatMap({ oy in (0..<dy.w).map { (oy, $0) } }) {
                for (ky, kx) in (0..<dw.n).flatMap({ ky in (0..<dw.h).map { (ky, $0) } }) {
                    let iy = oy * p.stride.height - p.padding.top + ky * p.dilation.height
                    let ix = ox * p.stride.width - p.padding.left + kx * p.dilation.width
                    guard x.inside(iy, ix) else { continue }
                    for channel in 0..<p.groups * dw.w {
                        let (group, i) = channel.quotientAndRemainder(dividingBy: dw.w)
                        dw.add(
                            x[n, iy, ix, channel], times: dy, from: dy.place(n, oy, ox, group * perGroup),
                            count: perGroup, at: dw.place(ky, kx, i, group * perGroup))
                    }
                }
            }
        }
        return dw.data
    }

    static func activation(_ kind: Activation, _ x: Double) -> Double {
        switch kind {
        case .relu: max(x, 0)
        case .leakyRelu(let slope): x < 0 ? Double(slope) * x : x
        case .clip(let low, let high): min(max(x, Double(low)), Double(high))
        case .sigmoid: 1 / (1 + exp(-x))
        case .tanh: tanh(x)
        }
    }

    static func pool(_ x: Tensor, _ p: Pool, height: Int, width: Int) -> [Double] {
        let x = Array4(x)
        var y = Array4(x.n, height, width, x.c)
        for n in 0..<x.n {
            for oy in 0..<height {
                for ox in 0..<width {
                    for c in 0..<x.c {
                        var (greatest, sum, inside, padded) = (-Double.infinity, 0.0, 0, 0)
                        for ky in 0..<p.window.height {
                            for kx in 0..<p.window.width {
                                let iy = oy * p.stride.height - p.padding.top + ky
                                let ix = ox * p.stride.width - p.padding.left + kx
                                if iy < x.h + p.padding.bottom && ix < x.w + p.padding.right { padded += 1 }
                                guard x.inside(iy, ix) else { continue }
                                inside += 1
                                greatest = max(greatest, x[n, iy, ix, c])
                                sum += p.kind == .l2 ? x[n, iy, ix, c] * x[n, iy, ix, c] : x[n, iy, ix, c]
                            }
                        }
                        let mean = sum / Double(p.countsPadding ? padded : inside)
                        y[n, oy, ox, c] = p.kind == .max ? greatest : p.kind == .l2 ? mean.squareRoot() : mean
                    }
                }
            }
        }
        return y.data
    }

    static func gemm(_ a: Tensor, _ b: Tensor, _ c: Tensor?, _ p: Gemm) -> [Double] {
        let (rows, inner) = p.transposeA ? (a.shape[1], a.shape[0]) : (a.shape[0], a.shape[1])
        let columns = p.transposeB ? b.shape[0] : b.shape[1]
        var y: [Double] = []
        for m in 0..<rows {
            for n in 0..<columns {
                var sum = 0.0
                for k in 0..<inner {
                    let left = p.transposeA ? a[k * rows + m] : a[m * inner + k]
                    let right = p.transposeB ? b[n * inner + k] : b[k * columns + n]
                    sum += Double(left) * Double(right)
                }
                var addend = 0.0
                if let c {
                    let dims = [Int](repeating: 1, count: 2 - c.shape.rank) + c.shape.dims
                    addend = Double(c[(dims[0] == 1 ? 0 : m) * dims[1] + (dims[1] == 1 ? 0 : n)])
                }
                y.append(Double(p.alpha) * sum + Double(p.beta) * addend)
            }
        }
        return y
    }

    /// The element of `tensor` that broadcasting puts at `index` of a value of shape `output`.
    static func broadcast(_ tensor: Tensor, at index: [Int]) -> Double {
        let lead = index.count - tensor.shape.rank
        var flat = 0
        for axis in 0..<tensor.shape.rank {
            flat = flat * tensor.shape[axis] + (tensor.shape[axis] == 1 ? 0 : index[axis + lead])
        }
        return Double(tensor[flat])
    }

    static func indices(_ shape: Shape) -> [[Int]] {
        (0..<shape.count).map { flat in
            var (rest, index) = (flat, [Int](repeating: 0, count: shape.rank))
            for axis in (0..<shape.rank).reversed() {
                index[axis] = rest % shape[axis]
                rest /= shape[axis]
            }
            return index
        }
    }

    static func flat(_ index: [Int], _ shape: Shape) -> Int {
        zip(index, shape.dims).reduce(0) { $0 * $1.1 + $1.0 }
    }

    static func binary(_ kind: Binary, _ a: Double, _ b: Double) -> Double {
        switch kind {
        case .add: a + b
        case .subtract: a - b
        case .multiply: a * b
        case .divide: a / b
        case .power: pow(a, b)
        case .minimum: min(a, b)
        case .maximum: max(a, b)
        }
    }

    static func unary(_ kind: Unary, _ x: Double) -> Double {
        switch kind {
        case .squareRoot: sqrt(x)
        case .reciprocal: 1 / x
        case .negate: -x
        case .absolute: abs(x)
        case .exponential: exp(x)
        case .logarithm: log(x)
        case .square: x * x
        }
    }

    static func instanceNorm(_ x: Tensor, _ scale: Tensor?, _ offset: Tensor?, epsilon: Float) -> [Double] {
        let x = Array4(x)
        var y = x
        for n in 0..<x.n {
            for c in 0..<x.c {
                var values: [Double] = []
                for h in 0..<x.h { for w in 0..<x.w { values.append(x[n, h, w, c]) } }
                let mean = values.reduce(0, +) / Double(values.count)
                let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
                for h in 0..<x.h {
                    for w in 0..<x.w {
                        y[n, h, w, c] =
                            (x[n, h, w, c] - mean) / sqrt(variance + Double(epsilon))
                            * (scale.map { Double($0[c]) } ?? 1) + (offset.map { Double($0[c]) } ?? 0)
                    }
                }
            }
        }
        return y.data
    }

    /// One axis of a resize: for each output index the input indices and weights.
    static func resampled(
        _ old: Int, _ new: Int, _ scale: Double, _ interpolation: Resize.Interpolation, _ alignment: Resize.Alignment
    ) -> [[(Int, Double)]] {
        (0..<new).map { index in
            let i = Double(index)
            let position: Double =
                switch alignment {
                case .asymmetric: i / scale
                case .halfPixel: (i + 0.5) / scale - 0.5
                case .torchHalfPixel: new > 1 ? (i + 0.5) / scale - 0.5 : 0
                case .corners: new > 1 ? i * Double(old - 1) / Double(new - 1) : 0
                }
            let held = { (v: Double) in min(max(v, 0), Double(old - 1)) }
            switch interpolation {
            case .nearest(.floor): return [(Int(held(floor(position))), 1)]
            case .nearest(.ceiling): return [(Int(held(ceil(position))), 1)]
            case .nearest(.preferFloor): return [(Int(held(ceil(position - 0.5))), 1)]
            case .nearest(.preferCeiling): return [(Int(held(floor(position + 0.5))), 1)]
            case .linear:
                let at = held(position)
                let low = Int(at)
                return [(low, 1 - (at - Double(low))), (min(low + 1, old - 1), at - Double(low))]
            }
        }
    }
}
