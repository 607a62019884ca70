import Testing

@testable import Nets

/// The two objectives of `Golden/make-golden.py`, their losses in float64.
enum Objective {
    static func bowl(_ x: Tensor, _ gradient: Tensor) -> Double {
        var loss = 0.0
        gradient.fill(0)
        for index in 0..<x.count {
            let distance = x[index] - 1
            loss += Double(Float(index + 1) * distance * distance)
            gradient[index] += 2 * Float(index + 1) * distance
            guard index + 1 < x.count else { continue }
            let step = x[index + 1] - x[index]
            loss += 0.1 * Double(step * step * step * step)
            gradient[index + 1] += 0.4 * step * step * step
            gradient[index] -= 0.4 * step * step * step
        }
        return loss
    }

    static func valley(_ x: Tensor, _ gradient: Tensor) -> Double {
        var loss = 0.0
        gradient.fill(0)
        for index in 0..<x.count - 1 {
            let height = x[index + 1] - x[index] * x[index]
            let distance = 1 - x[index]
            loss += Double(100 * height * height + distance * distance)
            gradient[index + 1] += 200 * height
            gradient[index] -= 400 * height * x[index] + 2 * distance
        }
        return loss
    }
}

@Suite struct OptimizerTests {
    struct Run: Decodable {
        let losses: [Double]
        let x: [Double]
        let evaluations: Int
    }

    struct Runs: Decodable {
        let adam, adamBetas, lbfgs, lbfgsMany, wolfe, wolfeMany: Run
    }

    static func runs() throws -> Runs { try Golden.read("optimizers.json", as: Runs.self) }

    func expectSame(_ losses: [Double], _ x: Tensor, _ golden: Run, tolerance: Double, _ what: String) {
        #expect(losses.count == golden.losses.count)
        for (index, pair) in zip(losses, golden.losses).enumerated() {
            #expect(
                abs(pair.0 - pair.1) <= tolerance * max(1e-3, abs(pair.1)),
                "\(what), iteration \(index): \(pair.0), torch \(pair.1)")
        }
        expectClose(x.values, golden.x, tolerance: tolerance, what)
    }

    @Test func adamFollowsTorch() throws {
        let golden = try Self.runs()
        for (name, run, count, adam, objective) in [
            ("adam", golden.adam, 10, Adam([10], learningRate: 0.05), Objective.bowl),
            (
                "adamBetas", golden.adamBetas, 6,
                Adam([6], learningRate: 0.02, beta2: 0.99, epsilon: 1e-6, threads: pool), Objective.valley
            ),
        ] {
            let x = Golden.tensor([count], 3, 4)
            let gradient = Tensor([count])
            let losses = run.losses.map { _ in
                let loss = objective(x, gradient)
                adam.step(x, gradient: gradient)
                return loss
            }
            expectSame(losses, x, run, tolerance: 1e-4, name)
        }
    }

    @Test func aResumedAdamGoesOnAlike() {
        let (x, y) = (Golden.tensor([10], 3), Golden.tensor([10], 3))
        let gradient = Tensor([10])
        let whole = Adam([10], learningRate: 0.1)
        let first = Adam([10], learningRate: 0.1)
        let second = Adam([10], learningRate: 0.1)
        for step in 0..<20 {
            _ = Objective.bowl(x, gradient)
            whole.step(x, gradient: gradient)
            if step == 10 {
                second.resume(
                    iteration: first.iteration, firstMoment: first.firstMoment, secondMoment: first.secondMoment)
            }
            _ = Objective.bowl(y, gradient)
            (step < 10 ? first : second).step(y, gradient: gradient)
        }
        #expect(x.values == y.values)
    }

    static func options(_ rate: Float, _ history: Int, _ iterations: Int, _ search: LBFGS.LineSearch) -> LBFGS.Options {
        var options = LBFGS.Options()
        options.learningRate = rate
        options.history = history
        options.iterationsPerStep = iterations
        options.lineSearch = search
        return options
    }

    @Test func limitedMemoryBFGSFollowsTorch() throws {
        let golden = try Self.runs()
        for (name, run, count, options, objective, tolerance) in [
            ("lbfgs", golden.lbfgs, 10, Self.options(0.7, 4, 1, .fixed), Objective.bowl, 2e-3),
            ("lbfgsMany", golden.lbfgsMany, 10, Self.options(0.7, 10, 4, .fixed), Objective.bowl, 2e-3),
            ("wolfe", golden.wolfe, 6, Self.options(1, 10, 1, .strongWolfe), Objective.valley, 1e-2),
            ("wolfeMany", golden.wolfeMany, 6, Self.options(1, 3, 5, .strongWolfe), Objective.valley, 1e-2),
        ] {
            let x = Golden.tensor([count], 3, 4)
            let optimizer = LBFGS([count], options: options, threads: pool)
            let losses = try run.losses.map { _ in try optimizer.step(x, objective).loss }
            expectSame(losses, x, run, tolerance: tolerance, name)
            #expect(optimizer.evaluations == run.evaluations, "\(name)")
        }
    }

    @Test func theBottomOfTheValleyIsFound() throws {
        for search in [LBFGS.LineSearch.fixed, .strongWolfe] {
            let x = Golden.tensor([6], 3, search == .fixed ? 0.5 : 4)
            let optimizer = LBFGS([6], options: Self.options(search == .fixed ? 0.1 : 1, 10, 400, search))
            var outcome = LBFGS.Outcome.limitReached
            for _ in 0..<5 where outcome == .limitReached {
                outcome = try optimizer.step(x, search == .fixed ? Objective.bowl : Objective.valley).outcome
            }
            #expect(x.values.allSatisfy { abs($0 - 1) < 1e-2 }, "\(search): \(x.values)")
            #expect(outcome != .limitReached)
        }
    }

    /// Where no way down is left: the gradient vanishes within the bounds, and at one it points out of them.
    @Test func boundsAreKeptAndTheLowestPointWithinThemIsFound() throws {
        let bounds: ClosedRange<Float> = -1...1
        let centres = Golden.tensor([64], 3, 4)
        func loss(_ x: Tensor, _ gradient: Tensor) -> Double {
            #expect(x.values.allSatisfy(bounds.contains))
            var loss = 0.0
            gradient.fill(0)
            for index in 0..<x.count {
                let weight = Float(1 + index % 5)
                let distance = x[index] - centres[index]
                loss += Double(weight * distance * distance)
                gradient[index] += 2 * weight * distance
                guard index + 1 < x.count else { continue }
                let step = x[index + 1] - x[index]
                loss += Double(2 * step * step)
                gradient[index + 1] += 4 * step
                gradient[index] -= 4 * step
            }
            return loss
        }
        var options = LBFGS.Options()
        options.bounds = bounds
        for threads in [nil, pool] {
            let (x, gradient) = (Tensor([64]), Tensor([64]))
            let optimizer = LBFGS([64], options: options, threads: threads)
            for _ in 0..<100 { _ = try optimizer.step(x, loss) }
            _ = loss(x, gradient)
            let held = (0..<64).filter { abs(x[$0]) == 1 }
            #expect(!held.isEmpty && held.count < 64, "\(held.count) of 64 at a bound: this tries nothing")
            for index in 0..<64 {
                let isHeld = x[index] == 1 && gradient[index] < 0 || x[index] == -1 && gradient[index] > 0
                #expect(isHeld || abs(gradient[index]) < 1e-3, "\(index): \(gradient[index]) at \(x[index])")
            }
        }
    }

    @Test func anErrorOfTheObjectiveIsPassedOn() {
        let optimizer = LBFGS([3])
        #expect(throws: NetsError.notFinite(what: "loss", iteration: 1)) {
            try optimizer.step(Tensor([3])) { _, _ in throw NetsError.notFinite(what: "loss", iteration: 1) }
        }
    }
}
