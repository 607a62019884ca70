extension LBFGS {
    /// A trial on the line: its distance, its loss, the slope along the line and the gradient there.
    private struct Trial {
        var length: Double
        var loss: Double
        var slope: Double
        var gradient: Tensor
    }

    /// Finds a step length that meets the strong Wolfe conditions. Nocedal, Wright 2006, algorithms 3.5 and 3.6, with
    /// cubic interpolation (equation 3.59) safeguarded as PyTorch does.
    ///
    /// After the first trial at `length` there are up to `mostRounds` more. On return `x` and `gradient` are at the
    /// point found.
    func search(
        _ x: Tensor, from loss: Double, slope: Double, length: Double, rounds mostRounds: Int, _ objective: Objective
    ) throws -> (loss: Double, length: Double, evaluations: Int) {
        start.assign(x)
        var evaluations = 0
        func trial(_ length: Double, into gradient: Tensor) throws -> Trial {
            vectors.combine(start.pointer, Float(length), direction.pointer, into: x.pointer)
            let loss = try evaluate(x, gradient, objective)
            evaluations += 1
            return Trial(
                length: length, loss: loss, slope: vectors.dot(gradient.pointer, direction.pointer),
                gradient: gradient)
        }
        func decreases(_ trial: Trial) -> Bool { trial.loss <= loss + Self.decrease * trial.length * slope }
        func isFlat(_ trial: Trial) -> Bool { abs(trial.slope) <= -Self.curvature * slope }

        let origin = Trial(length: 0, loss: loss, slope: slope, gradient: gradient)
        var previous = origin
        var current = try trial(length, into: spares[0])
        var bracket: (a: Trial, b: Trial)?
        var rounds = 0
        var free = [spares[1], spares[2]]
        var isDone = false
        while rounds < mostRounds {
            if !decreases(current) || (rounds > 1 && current.loss >= previous.loss) {
                bracket = (previous, current)
                break
            }
            if isFlat(current) {
                (bracket, isDone) = ((current, current), true)
                break
            }
            if current.slope >= 0 {
                bracket = (previous, current)
                break
            }
            let bounds = (current.length + 0.01 * (current.length - previous.length))...(current.length * 10)
            let next = Self.cubicMinimum(previous, current, within: bounds)
            let spare = free.removeLast()
            if previous.length > 0 { free.append(previous.gradient) }
            previous = current
            current = try trial(next, into: spare)
            rounds += 1
        }
        var (a, b) = bracket ?? (origin, current)
        // The buffer that neither end holds; the origin's gradient is kept in `previousGradient` as well.
        func spare() -> Tensor { ([gradient] + spares).first { $0 !== a.gradient && $0 !== b.gradient }! }
        var lowIsA = a.loss <= b.loss
        var stalled = false
        let reach = vectors.greatestMagnitude(direction.pointer)
        while !isDone && rounds < mostRounds {
            if abs(b.length - a.length) * reach < options.changeTolerance { break }
            let (least, most) = (min(a.length, b.length), max(a.length, b.length))
            var next = Self.cubicMinimum(a, b, within: least...most)
            // A trial near an end twice in a row makes too little progress: step away from the end.
            let margin = 0.1 * (most - least)
            if min(most - next, next - least) < margin {
                if stalled || next >= most || next <= least {
                    next = abs(next - most) < abs(next - least) ? most - margin : least + margin
                    stalled = false
                } else {
                    stalled = true
                }
            } else {
                stalled = false
            }
            let found = try trial(next, into: spare())
            rounds += 1
            let low = lowIsA ? a : b
            let high = lowIsA ? b : a
            if !decreases(found) || found.loss >= low.loss {
                if lowIsA { b = found } else { a = found }
                lowIsA = a.loss <= b.loss
            } else {
                if isFlat(found) {
                    isDone = true
                } else if found.slope * (high.length - low.length) >= 0 {
                    if lowIsA { b = low } else { a = low }
                }
                if lowIsA { a = found } else { b = found }
            }
        }
        let chosen = lowIsA ? a : b
        if chosen.gradient !== gradient {
            let index = spares.firstIndex { $0 === chosen.gradient }!
            (gradient, spares[index]) = (spares[index], gradient)
        }
        vectors.combine(start.pointer, Float(chosen.length), direction.pointer, into: x.pointer)
        return (chosen.loss, chosen.length, evaluations)
    }

    /// Constants of sufficient decrease and of curvature.
    private static let decrease = 1e-4
    private static let curvature = 0.9

    /// Where the cubic through two trials has its minimum, held to `bounds`; their middle when it has none.
    private static func cubicMinimum(_ p: Trial, _ q: Trial, within bounds: ClosedRange<Double>) -> Double {
        let (a, b) = p.length <= q.length ? (p, q) : (q, p)
        let chord = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.length - b.length)
        let square = chord * chord - a.slope * b.slope
        guard square >= 0 else { return (bounds.lowerBound + bounds.upperBound) / 2 }
        let root = square.squareRoot()
        let position =
            b.length - (b.length - a.length) * ((b.slope + root - chord) / (b.slope - a.slope + 2 * root))
        guard position.isFinite else { return (bounds.lowerBound + bounds.upperBound) / 2 }
        return min(max(position, bounds.lowerBound), bounds.upperBound)
    }
}
