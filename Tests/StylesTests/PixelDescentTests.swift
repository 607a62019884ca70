import Foundation
import Nets
import Pictures
import Testing

import enum Wire.StyleOptimizer

@testable import Styles

@Suite struct PixelDescentTests {
    private let shape = Shape.nhwc(1, 8, 8, 3)
    private let threads = ThreadPool(threads: 2)

    private func losses(_ total: Double) -> ObjectiveValue {
        ObjectiveValue(total: total, content: 0, style: 0, totalVariation: 0)
    }

    /// Half the squared distance to 100. Where `lies` is above it, the gradient points the other way.
    private func bowl(lyingAbove level: Double) -> PixelDescent.Objective {
        { [self] pixels, gradient in
            var loss = 0.0
            for index in 0..<pixels.count {
                gradient[index] = pixels[index] - 100
                loss += 0.5 * Double(gradient[index] * gradient[index])
            }
            if loss > level { for index in 0..<pixels.count { gradient[index] *= -1 } }
            return losses(loss)
        }
    }

    private func descent(_ objective: PixelDescent.Objective, optimizer: StyleOptimizer = .lbfgs) throws -> PixelDescent
    {
        try PixelDescent(
            from: Tensor(shape, repeating: 40), planned: 80, settings: settings { $0.optimizer = optimizer },
            threads: threads, objective)
    }

    /// Pixels that begin at many distances swing around the bottom, each at its own time; their mean is nearer to it than each point.
    @Test func `the mean of Adam's last points is what is delivered`() throws {
        let objective = bowl(lyingAbove: .infinity)
        var descent = try PixelDescent(
            from: Tensor(shape, (0..<shape.count).map { 4 + Float($0) }), planned: 80,
            settings: settings { $0.optimizer = .adam }, threads: threads, objective)
        var points: [[Float]] = []
        for _ in 0..<60 {
            try descent.step(objective)
            points.append(try #require(descent.state.tensors["pixels"]).values)
        }
        let before = descent.numbers.best
        try descent.finish(objective)
        #expect(descent.numbers.best.total < before.total)
        #expect(try objective(descent.best, Tensor(shape)) == descent.numbers.best)
        // Over an eighth of 80 steps, in effect: each point weighs a tenth less than the next.
        let weights = (0..<60).map { pow(0.9, Double(59 - $0)) }
        for index in 0..<shape.count {
            let sum = zip(points, weights).reduce(0.0) { $0 + Double($1.0[index]) * $1.1 }
            #expect(abs(Double(descent.best[index]) - sum / weights.reduce(0, +)) < 1e-2)
        }
        let found = descent.numbers.best
        try descent.finish(objective)
        #expect(descent.numbers.best == found)
    }

    @Test func `a plateau ends the descent`() throws {
        // A slope so gentle that 25 steps are less than a thousandth of what is left.
        let objective: PixelDescent.Objective = { [self] pixels, gradient in
            var loss = 1e6
            for index in 0..<pixels.count {
                gradient[index] = -1e-3
                loss -= 1e-3 * Double(pixels[index])
            }
            return losses(loss)
        }
        for optimizer in StyleOptimizer.allCases {
            var descent = try descent(objective, optimizer: optimizer)
            for _ in 0..<80 where !descent.numbers.isSettled { try descent.step(objective) }
            #expect(descent.numbers.isSettled && descent.numbers.steps <= 25, "\(optimizer)")
        }
    }

    @Test func `Adam takes its memory along to the next size, as large as gradients are there`() throws {
        let objective = bowl(lyingAbove: .infinity)
        var small = try descent(objective, optimizer: .adam)
        for _ in 0..<5 { try small.step(objective) }
        let larger = Shape.nhwc(1, 16, 16, 3)
        let next = try PixelDescent(
            from: Tensor(larger, repeating: 40), planned: 80, momentum: small.momentum,
            settings: settings { $0.optimizer = .adam }, threads: threads, objective)
        let (before, after) = (small.state.tensors, next.state.tensors)
        for (name, part): (String, Float) in [("moment.first", 0.25), ("moment.second", 0.0625)] {
            let (from, to) = (try #require(before[name]), try #require(after[name]))
            #expect(to.shape == larger)
            for index in 0..<to.count { #expect(abs(to[index] - part * from[0]) <= 1e-4 * abs(from[0])) }
        }
        var plain = try descent(objective)
        try plain.step(objective)
        #expect(plain.momentum == nil)
    }

    @Test func `where L-BFGS finds no way down Adam goes on, and the best point is kept`() throws {
        // The gradient lies at first, then no more: what a step of Adam the wrong way leaves is higher than the start.
        var evaluations = 0
        let truthful = bowl(lyingAbove: .infinity)
        let lying = bowl(lyingAbove: -1)
        let objective: PixelDescent.Objective = {
            evaluations += 1
            return try (evaluations < 14 ? lying : truthful)($0, $1)
        }
        var descent = try descent(objective)
        let first = descent.numbers.first.total
        var seen = [first]
        for _ in 0..<60 {
            try descent.step(objective)
            seen.append(descent.numbers.current.total)
        }
        #expect(descent.numbers.fallback == 0 && descent.numbers.steps == 60)
        #expect(descent.numbers.best.total == seen.min() && descent.numbers.best.total < first)
        let check = try truthful(descent.best, Tensor(shape))
        #expect(check == descent.numbers.best, "the best pixels are not those of the best loss")
    }

    /// The values that J has, one after another, the last for ever.
    private func objective(of values: [Double]) -> PixelDescent.Objective {
        var left = values[...]
        return { [self] _, gradient in
            for index in 0..<gradient.count { gradient[index] = 1 }
            return losses(left.count > 1 ? left.removeFirst() : left[left.startIndex])
        }
    }

    @Test(
        arguments: [
            (false, [1, 100], true), (true, [1, 100], true), (false, [1, 0.5, 100], false),
            (true, [1, 0.5, 100], true),
            (false, [1, 9], false), (true, [1, 9], false),
        ] as [(Bool, [Double], Bool)])
    func `what ends far above its start has diverged, in parts whatever came between`(
        isLean: Bool, values: [Double], isDiverged: Bool
    ) throws {
        let objective = objective(of: values)
        var descent = try PixelDescent(
            from: Tensor(shape, repeating: 40), planned: 80, isLean: isLean,
            settings: settings { $0.optimizer = .adam }, threads: threads, objective)
        for _ in 1..<values.count { try descent.step(objective) }
        #expect(descent.isDiverged == isDiverged, "\(values), lean: \(isLean)")
    }

    @Test func `divergence is blamed on the optimiser at work, with a hint that is true of it`() throws {
        let usual = StyleSettings.learningRate(of: .adam)
        let lean = try PixelDescent(
            from: Tensor(shape, repeating: 40), planned: 80, isLean: true, settings: settings { $0.optimizer = .lbfgs },
            threads: threads, bowl(lyingAbove: .infinity))
        #expect(lean.optimizer == (.adam, usual))
        let lying = bowl(lyingAbove: -1)
        var descent = try descent(lying)
        #expect(descent.optimizer == (.lbfgs, StyleSettings.learningRate(of: .lbfgs)))
        try descent.step(lying)
        #expect(descent.numbers.fallback != nil && descent.optimizer == (.adam, usual))
        let error = StyleError.diverged(at: 7, descent)
        #expect(error == .diverged(iteration: 7, optimizer: "adam", learningRate: usual))
        #expect(try #require(error.hint).contains("optimizer adam with a learningRate below \(usual)"))
        #expect(try #require(StyleError.diverged(at: 0, descent).hint).contains("too large to be numbers"))
    }

    @Test func `a bottom ends the descent`() throws {
        let objective = bowl(lyingAbove: .infinity)
        var descent = try descent(objective)
        for _ in 0..<100 where !descent.numbers.isSettled { try descent.step(objective) }
        #expect(descent.numbers.isSettled && descent.numbers.fallback == nil && descent.numbers.steps < 100)
        #expect(descent.best.values.allSatisfy { abs($0 - 100) < 0.01 })
    }

    /// Stopped after every step, saved and taken up again: as if it had run through, before and after Adam takes over.
    @Test(arguments: StyleOptimizer.allCases, [0.0, 20_000, .infinity])
    func `a descent taken up again goes on alike`(optimizer: StyleOptimizer, level: Double) throws {
        let objective = bowl(lyingAbove: level)
        var (whole, parted) = (
            try descent(objective, optimizer: optimizer), try descent(objective, optimizer: optimizer)
        )
        for step in 0..<12 {
            try whole.step(objective)
            try parted.step(objective)
            let state = parted.state
            parted = try #require(
                PixelDescent(
                    state.numbers, state.tensors, size: PixelSize(width: 8, height: 8), planned: 80,
                    settings: settings { $0.optimizer = optimizer }, threads: threads))
            #expect(parted.state.tensors.mapValues(\.values) == whole.state.tensors.mapValues(\.values), "step \(step)")
            #expect(parted.numbers.current == whole.numbers.current && parted.numbers.best == whole.numbers.best)
        }
    }

    @Test func `a state of another size or without its tensors is none`() throws {
        let state = try descent(bowl(lyingAbove: .infinity)).state
        func resumed(_ tensors: [String: Tensor], width: Int = 8) throws -> PixelDescent? {
            PixelDescent(
                state.numbers, tensors, size: PixelSize(width: width, height: 8), planned: 80,
                settings: try settings(), threads: threads)
        }
        #expect(try resumed(state.tensors) != nil)
        #expect(try resumed(state.tensors, width: 9) == nil)
        for name in state.tensors.keys {
            #expect(try resumed(state.tensors.filter { $0.key != name }) == nil, "\(name)")
        }
    }
}
