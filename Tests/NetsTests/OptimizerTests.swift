import Foundation
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
    }

    struct Runs: Decodable {
        let adam, adamBetas: Run
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

    /// Moments of eight bits: other steps, the same way.
    @Test func aLeanAdamWalksAsTheOtherDoes() {
        let count = 1000
        let target = random([count], seed: 8, -2, 2)
        let (x, lean, gradient) = (Tensor([count]), Tensor([count]), Tensor([count]))
        let whole = Adam([count], learningRate: 0.02, beta2: 0.99)
        let brief = LeanAdam([count], learningRate: 0.02, threads: pool)
        func descend(_ x: Tensor, _ step: (Tensor, Tensor) -> Void) -> Double {
            var loss = 0.0
            for index in 0..<count {
                let difference = x[index] - target[index]
                loss += Double(difference * difference)
                gradient[index] = 2 * difference
            }
            step(x, gradient)
            return loss
        }
        var resumed = brief
        for step in 0..<150 {
            let (a, b) = (descend(x) { whole.step($0, gradient: $1) }, descend(lean) { resumed.step($0, gradient: $1) })
            #expect(abs(a - b) <= 0.02 * max(a, 5), "step \(step): \(b) instead of \(a)")
            if step == 40 {
                let next = LeanAdam([count], learningRate: 0.02, threads: pool)
                next.resume(iteration: resumed.iteration, moments: resumed.moments)
                resumed = next
            }
        }
        #expect(zip(lean.values, target.values).allSatisfy { abs($0 - $1) < 0.1 })
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

    static func options(history: Int = 20, bounds: ClosedRange<Float>? = nil) -> LBFGS.Options {
        var options = LBFGS.Options()
        options.history = history
        options.bounds = bounds
        options.firstMove = 0.01
        return options
    }

    /// Where a step took one evaluation, it is the whole step −H g of the matrix H that BFGS makes of the last pairs, in
    /// double precision and written out (Nocedal, Wright 2006, equation 6.17).
    @Test(arguments: [2, 5, 40]) func stepsAreThoseOfTheWholeMatrix(history: Int) throws {
        let count = 10
        let x = Golden.tensor([count], 3, 4)
        let optimizer = LBFGS([count], options: Self.options(history: history), threads: pool)
        optimizer.begin(at: x, Objective.bowl)
        var pairs: [(s: [Double], y: [Double])] = []
        var compared = 0
        for iteration in 0..<25 {
            let (from, before, evaluations) = (x.copy(), Tensor([count]), optimizer.evaluations)
            _ = Objective.bowl(from, before)
            guard try optimizer.step(x, Objective.bowl) == .descended else { break }
            let after = Tensor([count])
            _ = Objective.bowl(x, after)
            let step = zip(x.values, from.values).map { Double($0) - Double($1) }
            if !pairs.isEmpty, optimizer.evaluations == evaluations + 1 {
                let expected = direction(of: before.values.map(Double.init), pairs)
                let norm = expected.reduce(0) { $0 + $1 * $1 }.squareRoot()
                let error = zip(step, expected).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
                if norm > 1e-3 {
                    #expect(error < 0.02 * norm, "history \(history), iteration \(iteration): \(step), not \(expected)")
                    compared += 1
                }
            }
            pairs.append((step, zip(after.values, before.values).map { Double($0) - Double($1) }))
            if pairs.count > history { pairs.removeFirst() }
        }
        #expect(compared >= 8, "only \(compared) whole steps: this compares nothing")
    }

    private func direction(of gradient: [Double], _ pairs: [(s: [Double], y: [Double])]) -> [Double] {
        func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
        let count = gradient.count
        let newest = pairs.last!
        let scale = dot(newest.s, newest.y) / dot(newest.y, newest.y)
        var h = (0..<count).map { row in (0..<count).map { $0 == row ? scale : 0 } }
        for (s, y) in pairs {
            let rho = 1 / dot(s, y)
            let v = (0..<count).map { i in (0..<count).map { j in (i == j ? 1 : 0) - rho * y[i] * s[j] } }
            let hv = h.map { row in (0..<count).map { j in dot(row, v.map { $0[j] }) } }
            h = (0..<count).map { i in
                (0..<count).map { j in dot(v.map { $0[i] }, hv.map { $0[j] }) + rho * s[i] * s[j] }
            }
        }
        return h.map { -dot($0, gradient) }
    }

    @Test func theBottomOfTheValleyIsFound() throws {
        let x = Golden.tensor([6], 3, 4)
        let optimizer = LBFGS([6], options: Self.options())
        optimizer.begin(at: x, Objective.valley)
        for _ in 0..<400 where try optimizer.step(x, Objective.valley) != .descended { break }
        #expect(x.values.allSatisfy { abs($0 - 1) < 1e-2 }, "\(x.values)")
    }

    /// A sum of squares whose weights span six powers of ten, along directions that are no axes, its lowest points far
    /// outside the bounds for most elements; with ripples, so that memory of one place misleads at another.
    struct Ravine {
        let centres: Tensor
        let count: Int
        var lowest = Double.infinity
        var outside = 0
        let bounds: ClosedRange<Float> = 0...255

        init(_ count: Int) {
            self.count = count
            centres = Tensor([count])
            var generator = SeededGenerator(seed: 11)
            generator.fill(centres, mean: 127, deviation: 400)
        }

        mutating func evaluate(_ x: Tensor, _ gradient: Tensor) -> Double {
            if !x.values.allSatisfy(bounds.contains) { outside += 1 }
            var loss = 0.0
            gradient.fill(0)
            for index in 0..<count {
                let next = (index + 1) % count
                let weight = pow(10, Float(index % 7) - 3)
                let distance = (x[index] - centres[index]) + 0.5 * (x[next] - centres[next])
                loss += Double(weight * (0.5 * distance * distance + 400 * (1 - cos(distance / 10))))
                let slope = weight * (distance + 40 * sin(distance / 10))
                gradient[index] += slope
                gradient[next] += 0.5 * slope
            }
            lowest = min(lowest, loss)
            return loss
        }
    }

    /// A fixed step of −H g leaves the lowest point seen many times on this problem.
    @Test func theLossNeverRisesWhereBoundsHoldMostAndCurvaturesDiffer() throws {
        for threads in [nil, pool] {
            var ravine = Ravine(512)
            let x = Tensor([512], repeating: 255)
            let optimizer = LBFGS([512], options: Self.options(history: 12, bounds: ravine.bounds), threads: threads)
            let first = optimizer.begin(at: x) { ravine.evaluate($0, $1) }
            var (last, steps) = (first, 0)
            for _ in 0..<200 {
                guard try optimizer.step(x, { ravine.evaluate($0, $1) }) == .descended else { break }
                steps += 1
                #expect(optimizer.loss < last, "step \(steps)")
                last = optimizer.loss
            }
            #expect(ravine.outside == 0)
            let gradient = Tensor([512])
            #expect(ravine.evaluate(x, gradient) == optimizer.loss && optimizer.loss == ravine.lowest)
            #expect(last < 0.5 * first, "\(first) to \(last)")
            let held = x.values.filter { $0 == 0 || $0 == 255 }.count
            #expect(held > 100 && held < 512, "\(held) of 512 at a bound: this tries nothing")
            #expect(optimizer.evaluations < 2 * steps, "\(optimizer.evaluations) evaluations for \(steps) steps")
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
        for threads in [nil, pool] {
            let (x, gradient) = (Tensor([64]), Tensor([64]))
            let optimizer = LBFGS([64], options: Self.options(bounds: bounds), threads: threads)
            optimizer.begin(at: x, loss)
            for _ in 0..<100 where try optimizer.step(x, loss) != .descended { break }
            _ = loss(x, gradient)
            let held = (0..<64).filter { abs(x[$0]) == 1 }
            #expect(!held.isEmpty && held.count < 64, "\(held.count) of 64 at a bound: this tries nothing")
            for index in 0..<64 {
                let isHeld = x[index] == 1 && gradient[index] < 0 || x[index] == -1 && gradient[index] > 0
                #expect(isHeld || abs(gradient[index]) < 1e-2, "\(index): \(gradient[index]) at \(x[index])")
            }
        }
    }

    @Test func pointsWithoutALossAreKeptAwayFrom() throws {
        func loss(_ x: Tensor, _ gradient: Tensor) -> Double {
            let loss = Objective.bowl(x, gradient)
            return x.values.allSatisfy { abs($0 - 1) < 3 } ? loss : .nan
        }
        let x = Golden.tensor([10], 3, 4)
        for index in 0..<10 { x[index] = min(max(x[index], -1.9), 3.9) }
        var options = Self.options()
        options.firstMove = 50
        let optimizer = LBFGS([10], options: options)
        let first = optimizer.begin(at: x, loss)
        for _ in 0..<50 where try optimizer.step(x, loss) != .descended { break }
        #expect(optimizer.loss < 1e-3 * first, "\(first) to \(optimizer.loss)")
    }

    @Test func aGradientThatLiesIsToldFromOneThatVanishes() throws {
        let x = Golden.tensor([10], 3, 4)
        let begun = x.values
        func lie(_ x: Tensor, _ gradient: Tensor) -> Double {
            let loss = Objective.bowl(x, gradient)
            for index in 0..<x.count { gradient[index] *= -1 }
            return loss
        }
        let lost = LBFGS([10], options: Self.options())
        lost.begin(at: x, lie)
        #expect(try lost.step(x, lie) == .stuck)
        #expect(x.values == begun)

        let bottom = Tensor([10], repeating: 1)
        let content = LBFGS([10], options: Self.options())
        content.begin(at: bottom, Objective.bowl)
        #expect(try content.step(bottom, Objective.bowl) == .settled)
    }

    @Test func aResumedDescentGoesOnAlike() throws {
        let (x, y) = (Tensor([512], repeating: 255), Tensor([512], repeating: 255))
        let options = Self.options(history: 5, bounds: 0...255)
        let (whole, first, second) = (
            LBFGS([512], options: options), LBFGS([512], options: options),
            LBFGS([512], options: options, threads: pool)
        )
        var ravine = Ravine(512)
        whole.begin(at: x) { ravine.evaluate($0, $1) }
        first.begin(at: y) { ravine.evaluate($0, $1) }
        for step in 0..<30 {
            if step == 13 { second.resume(first.memory) }
            _ = try whole.step(x) { ravine.evaluate($0, $1) }
            _ = try (step < 13 ? first : second).step(y) { ravine.evaluate($0, $1) }
        }
        #expect(x.values == y.values && whole.loss == second.loss)
    }

    @Test func anErrorOfTheObjectiveIsPassedOn() {
        let optimizer = LBFGS([3])
        #expect(throws: NetsError.notFinite(what: "loss", iteration: 1)) {
            try optimizer.begin(at: Tensor([3])) { _, _ in throw NetsError.notFinite(what: "loss", iteration: 1) }
        }
    }
}
