import Foundation

/// Activations over contiguous memory, in place or from one place to another.
extension Activation {
    @inline(__always)
    func apply(_ source: Floats, to target: Floats, count: Int) {
        switch self {
        case .relu:
            sweep(count) {
                let x = source.lanes($0)
                target.store(x.replacing(with: 0, where: x .< 0), $0)
            } scalar: {
                target[$0] = source[$0] < 0 ? 0 : source[$0]
            }
        case .leakyRelu(let slope):
            sweep(count) {
                let x = source.lanes($0)
                target.store(x.replacing(with: x * slope, where: x .< 0), $0)
            } scalar: {
                target[$0] = source[$0] < 0 ? source[$0] * slope : source[$0]
            }
        case .clip(let low, let high):
            let floor = Lanes(repeating: low)
            let ceiling = Lanes(repeating: high)
            sweep(count) {
                let x = source.lanes($0)
                let raised = x.replacing(with: floor, where: x .< floor)
                target.store(raised.replacing(with: ceiling, where: raised .> ceiling), $0)
            } scalar: {
                let raised = source[$0] < low ? low : source[$0]
                target[$0] = raised > high ? high : raised
            }
        case .sigmoid:
            for index in 0..<count { target[index] = 1 / (1 + expf(-source[index])) }
        case .tanh:
            for index in 0..<count { target[index] = tanhf(source[index]) }
        }
    }

    /// `target = gradient · f′`, the derivative told from the activation's *output*; 0 at the kinks.
    @inline(__always)
    func pullBack(_ gradient: Floats, output: Floats, to target: Floats, count: Int, accumulates: Bool) {
        @inline(__always)
        func put(_ index: Int, _ value: Float) { target[index] = accumulates ? target[index] + value : value }
        @inline(__always)
        func put(_ index: Int, _ value: Lanes) {
            target.store(accumulates ? target.lanes(index) + value : value, index)
        }
        switch self {
        case .relu:
            sweep(count) {
                let d = gradient.lanes($0)
                put($0, d.replacing(with: 0, where: output.lanes($0) .<= 0))
            } scalar: {
                put($0, output[$0] > 0 ? gradient[$0] : 0)
            }
        case .leakyRelu(let slope):
            sweep(count) {
                let d = gradient.lanes($0)
                put($0, d.replacing(with: d * slope, where: output.lanes($0) .<= 0))
            } scalar: {
                put($0, output[$0] > 0 ? gradient[$0] : gradient[$0] * slope)
            }
        case .clip(let low, let high):
            sweep(count) {
                let y = output.lanes($0)
                put($0, gradient.lanes($0).replacing(with: 0, where: (y .<= low) .| (y .>= high)))
            } scalar: {
                put($0, output[$0] > low && output[$0] < high ? gradient[$0] : 0)
            }
        case .sigmoid:
            sweep(count) {
                let y = output.lanes($0)
                put($0, gradient.lanes($0) * y * (1 - y))
            } scalar: {
                put($0, gradient[$0] * output[$0] * (1 - output[$0]))
            }
        case .tanh:
            sweep(count) {
                let y = output.lanes($0)
                put($0, gradient.lanes($0) * (1 - y * y))
            } scalar: {
                put($0, gradient[$0] * (1 - output[$0] * output[$0]))
            }
        }
    }
}
