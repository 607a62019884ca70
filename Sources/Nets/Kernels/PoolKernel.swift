/// Max, average and L2 pooling of `[N, H, W, C]`, all channels of a pixel together.
struct PoolKernel {
    let batch: Int
    let height: Int
    let width: Int
    let channels: Int
    let outHeight: Int
    let outWidth: Int
    private let pool: Pool

    init(_ pool: Pool, x: Shape, y: Shape) {
        self.pool = pool
        batch = x.batch
        height = x.height
        width = x.width
        channels = x.channels
        outHeight = y.height
        outWidth = y.width
    }

    /// The input rows and columns under one output position, and how many elements a mean divides by.
    @inline(__always)
    private func window(_ oy: Int, _ ox: Int) -> (rows: Range<Int>, columns: Range<Int>, divisor: Int) {
        let y0 = oy &* pool.stride.height &- pool.padding.top
        let x0 = ox &* pool.stride.width &- pool.padding.left
        let rows = max(0, y0)..<max(max(0, y0), min(height, y0 &+ pool.window.height))
        let columns = max(0, x0)..<max(max(0, x0), min(width, x0 &+ pool.window.width))
        if !pool.countsPadding { return (rows, columns, max(1, rows.count &* columns.count)) }
        // A partial window at the end counts its declared padding, not what lies beyond.
        let tall = min(y0 &+ pool.window.height, height &+ pool.padding.bottom) &- y0
        let wide = min(x0 &+ pool.window.width, width &+ pool.padding.right) &- x0
        return (rows, columns, max(1, tall &* wide))
    }

    /// Row `row` of all `batch · outHeight` output rows.
    func forwardRow(_ row: Int, _ x: Floats, _ y: Floats) {
        let picture = x + row / outHeight &* height &* width &* channels
        if hasPairs {
            KernelSet.supported[0].pairs.run(
                picture + 2 &* (row % outHeight) &* width &* channels, rowStride: width &* channels,
                into: y + row &* outWidth &* channels, windows: outWidth, channels: channels)
            return
        }
        for ox in 0..<outWidth {
            let (rows, columns, divisor) = window(row % outHeight, ox)
            let target = y + (row &* outWidth &+ ox) &* channels
            if pool.kind == .max {
                target.update(repeating: -.infinity, count: channels)
            } else {
                target.update(repeating: 0, count: channels)
            }
            for line in rows {
                for column in columns {
                    let source = picture + (line &* width &+ column) &* channels
                    switch pool.kind {
                    case .max: raise(target, to: source)
                    case .average: add(source, to: target)
                    case .l2: addSquares(source, to: target)
                    }
                }
            }
            switch pool.kind {
            case .max: break
            case .average: multiply(target, by: 1 / Float(divisor))
            case .l2: takeRoots(target, of: 1 / Float(divisor))
            }
        }
    }

    /// Gradients of the input rows `owned` of one picture. Ties go to the first of the window, row by row.
    func backwardRows(
        _ owned: Range<Int>, picture: Int, _ x: Floats, _ y: Floats, _ d: Floats, _ target: GradientTarget
    ) {
        let source = x + picture &* height &* width &* channels
        let into = target.pointer + picture &* height &* width &* channels
        let gradients = d + picture &* outHeight &* outWidth &* channels
        let roots = y + picture &* outHeight &* outWidth &* channels
        if hasPairs, owned.lowerBound % 2 == 0 {
            pullBackPairs(owned, source, gradients, into, accumulates: target.accumulates)
            return
        }
        if !target.accumulates {
            (into + owned.lowerBound &* width &* channels)
                .update(repeating: 0, count: owned.count &* width &* channels)
        }
        let reach = pool.window.height - 1
        let first = max(0, (owned.lowerBound + pool.padding.top - reach + pool.stride.height - 1) / pool.stride.height)
        let last = min(outHeight - 1, (owned.upperBound - 1 + pool.padding.top) / pool.stride.height)
        if first > last { return }
        for oy in first...last {
            for ox in 0..<outWidth {
                let (rows, columns, divisor) = window(oy, ox)
                let output = (oy &* outWidth &+ ox) &* channels
                let gradient = gradients + output
                let scale = 1 / Float(divisor)
                if pool.kind == .max {
                    hand(gradient, to: into, source, rows: rows, columns: columns, owned: owned)
                    continue
                }
                for line in rows where owned.contains(line) {
                    for column in columns {
                        let place = (line &* width &+ column) &* channels
                        if pool.kind == .average {
                            add(gradient, times: scale, to: into + place)
                        } else {
                            addSlopes(
                                gradient, times: scale, of: source + place, over: roots + output, to: into + place)
                        }
                    }
                }
            }
        }
    }

    /// Whether windows are the 2×2 pixels that `MaxPoolPair` takes.
    private var hasPairs: Bool {
        pool.kind == .max && channels % 16 == 0 && pool.takesPairs(of: .nhwc(batch, height, width, channels))
    }

    private func pullBackPairs(
        _ owned: Range<Int>, _ source: Floats, _ gradients: Floats, _ into: Floats, accumulates: Bool
    ) {
        let rowStride = width &* channels
        let left = outWidth &* 2 &* channels
        for row in stride(from: owned.lowerBound, to: owned.upperBound, by: 2) {
            let lines = row / 2 < outHeight ? 2 : owned.upperBound - row
            if row / 2 < outHeight {
                KernelSet.supported[0].pairs.pullBack(
                    gradients + row / 2 &* outWidth &* channels, source + row &* rowStride, rowStride: rowStride,
                    into: into + row &* rowStride, windows: outWidth, channels: channels, accumulates: accumulates)
            }
            if accumulates { continue }
            // What no window reaches at the right and at the bottom.
            let first = row / 2 < outHeight ? left : 0
            for line in row..<row + lines {
                (into + line &* rowStride + first).update(repeating: 0, count: rowStride - first)
            }
        }
    }

    /// Adds each channel's gradient to the place of its maximum, if that is in an owned row.
    @inline(__always)
    private func hand(
        _ gradient: Floats, to into: Floats, _ source: Floats, rows: Range<Int>, columns: Range<Int>,
        owned: Range<Int>
    ) {
        guard let firstRow = rows.first, let firstColumn = columns.first else { return }
        let start = (firstRow &* width &+ firstColumn) &* channels
        sweep(channels) { channel in
            var best = source.lanes(start &+ channel)
            var place = SIMD8<Int32>(repeating: Int32(truncatingIfNeeded: start))
            for line in rows {
                for column in columns {
                    let offset = (line &* width &+ column) &* channels
                    let value = source.lanes(offset &+ channel)
                    let wins = value .> best
                    best.replace(with: value, where: wins)
                    place.replace(with: SIMD8(repeating: Int32(truncatingIfNeeded: offset)), where: wins)
                }
            }
            for line in rows where owned.contains(line) {
                for column in columns {
                    let offset = (line &* width &+ column) &* channels
                    let chosen = place .== SIMD8(repeating: Int32(truncatingIfNeeded: offset))
                    let share = Lanes.zero.replacing(with: gradient.lanes(channel), where: chosen)
                    into.store(into.lanes(offset &+ channel) + share, offset &+ channel)
                }
            }
        } scalar: { channel in
            var best = source[start &+ channel]
            var place = start
            for line in rows {
                for column in columns {
                    let offset = (line &* width &+ column) &* channels
                    if source[offset &+ channel] > best {
                        best = source[offset &+ channel]
                        place = offset
                    }
                }
            }
            if owned.contains(place / channels / width) { into[place &+ channel] += gradient[channel] }
        }
    }

    @inline(__always)
    private func raise(_ target: Floats, to source: Floats) {
        sweep(channels) {
            let (a, b) = (target.lanes($0), source.lanes($0))
            target.store(a.replacing(with: b, where: b .> a), $0)
        } scalar: {
            if source[$0] > target[$0] { target[$0] = source[$0] }
        }
    }

    @inline(__always)
    private func add(_ source: Floats, times scale: Float = 1, to target: Floats) {
        sweep(channels) {
            target.store(target.lanes($0) + source.lanes($0) * scale, $0)
        } scalar: {
            target[$0] += source[$0] * scale
        }
    }

    @inline(__always)
    private func multiply(_ target: Floats, by scale: Float) {
        sweep(channels) {
            target.store(target.lanes($0) * scale, $0)
        } scalar: {
            target[$0] *= scale
        }
    }

    @inline(__always)
    private func addSquares(_ source: Floats, to target: Floats) {
        sweep(channels) {
            target.store(target.lanes($0) + source.lanes($0) * source.lanes($0), $0)
        } scalar: {
            target[$0] += source[$0] * source[$0]
        }
    }

    @inline(__always)
    private func takeRoots(_ target: Floats, of scale: Float) {
        sweep(channels) {
            target.store((target.lanes($0) * scale).squareRoot(), $0)
        } scalar: {
            target[$0] = (target[$0] * scale).squareRoot()
        }
    }

    /// `d · x / (n · y)`; nothing where the window is nothing.
    @inline(__always)
    private func addSlopes(
        _ gradient: Floats, times scale: Float, of source: Floats, over roots: Floats, to target: Floats
    ) {
        sweep(channels) {
            let (slope, root) = (gradient.lanes($0) * source.lanes($0) * scale, roots.lanes($0))
            target.store(target.lanes($0) + (slope / root).replacing(with: 0, where: root .== 0), $0)
        } scalar: {
            if roots[$0] != 0 { target[$0] += gradient[$0] * source[$0] * scale / roots[$0] }
        }
    }
}
