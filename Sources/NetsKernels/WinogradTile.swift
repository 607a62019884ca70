/// The transforms of Winograd's F(m×m, 3×3) in two dimensions: one tile of (m + 2)×(m + 2) inputs gives one of m×m outputs,
/// with 36 multiplications a channel pair instead of 144 for m = 4, and 64 instead of 324 for m = 6. Lavin, Gray 2016,
/// section 4.3.
///
/// `side` is m everywhere, 4 or 6; positions of a tile lie row by row.
package enum WinogradTile {
    /// Floats of scratch that a transform needs: a tile, and a row.
    package static let scratch = 72 * Lanes.scalarCount

    private static let width = Lanes.scalarCount

    /// `GgGᵀ` of many kernels: `stride` floats from position to position, `outputs` from channel to channel.
    ///
    /// - Parameters:
    ///   - weights: the first tap; `tapStride` leads to the next one, `channelStride` to the next channel's, outputs are
    ///     neighbours.
    ///   - outputs: a multiple of 16, or of a panel's columns.
    ///   - scratch: ``scratch`` floats.
    package static func weights(
        side: Int, _ weights: Floats, tapStride: Int, channelStride: Int, channels: Int, outputs: Int, scratch: Floats,
        into target: Floats, stride: Int
    ) {
        @inline(__always)
        func run<Filter: MinimalFilter>(_: Filter.Type) {
            for channel in 0..<channels {
                for output in Swift.stride(from: 0, to: outputs, by: width) {
                    let kernel = weights + (channel &* channelStride &+ output)
                    let into = target + (channel &* outputs &+ output)
                    for column in 0..<3 {
                        let (taps, s) = (kernel + column &* tapStride, scratch + column &* width)
                        Filter.weights(taps.lanes(0), taps.lanes(3 &* tapStride), taps.lanes(6 &* tapStride)) {
                            s.store($1, $0 &* 3 &* width)
                        }
                    }
                    for row in 0..<Filter.reach {
                        let (taps, row) = (scratch + row &* 3 &* width, into + row &* Filter.reach &* stride)
                        Filter.weights(taps.lanes(0), taps.lanes(width), taps.lanes(2 &* width)) {
                            row.store($1, $0 &* stride)
                        }
                    }
                }
            }
        }
        if side == 6 { run(SixOutputs.self) } else { run(FourOutputs.self) }
    }

    /// `BᵀdB`: the positions of one tile, `stride` floats from position to position.
    ///
    /// - Parameters:
    ///   - tile: the tile's first pixel; `rowStride` and `pixelStride` lead to its others.
    ///   - mask: where this, laid out like the tile, is not positive, the tile counts as zero; `nil` for nowhere.
    ///   - routes: the same, where these are zero.
    ///   - channels: a multiple of 16.
    package static func input(
        side: Int, _ tile: Floats, mask: Floats?, routes: Routes?, rowStride: Int, pixelStride: Int, channels: Int,
        scratch: Floats, into target: Floats, stride: Int
    ) {
        @inline(__always)
        func run<Filter: MinimalFilter>(_ filter: Filter.Type) {
            if let mask {
                transform(filter, channels, scratch, target, stride) { row, column, channel in
                    let place = row &* rowStride &+ channel &+ column &* pixelStride
                    return tile.lanes(place).replacing(with: 0, where: mask.lanes(place) .<= 0)
                }
            } else if let routes {
                transform(filter, channels, scratch, target, stride) { row, column, channel in
                    let place = row &* rowStride &+ channel &+ column &* pixelStride
                    return chosen(tile.lanes(place), routes.codes(place), pixel: 0)
                }
            } else {
                transform(filter, channels, scratch, target, stride) { row, column, channel in
                    tile.lanes(row &* rowStride &+ channel &+ column &* pixelStride)
                }
            }
        }
        if side == 6 { run(SixOutputs.self) } else { run(FourOutputs.self) }
    }

    /// `BᵀdB` of a tile of what ``pooledOutput(side:_:stride:outputs:bias:averages:scratch:into:routes:rowStride:pixelStride:)``
    /// hands back, which is nowhere stored: the gradients of windows, of which the tile has the inner pixels, all but the
    /// first and the last row and column.
    ///
    /// - Parameters:
    ///   - windows: the gradient of the first window; `rowStride` and `pixelStride` lead to the others, in `routes`, too.
    ///   - scale: what each pixel on a window's route gets of its gradient.
    ///   - channels: a multiple of 16.
    package static func unpooledInput(
        side: Int, _ windows: Floats, routes: Routes, scale: Float, rowStride: Int, pixelStride: Int, channels: Int,
        scratch: Floats, into target: Floats, stride: Int
    ) {
        @inline(__always)
        func run<Filter: MinimalFilter>(_ filter: Filter.Type) {
            transform(filter, channels, scratch, target, stride) { row, column, channel in
                let place = (row &+ 1) / 2 &* rowStride &+ (column &+ 1) / 2 &* pixelStride &+ channel
                // The tile begins with the lower right pixel of its first window.
                let pixel: Int32 = (row & 1 == 0 ? 2 : 0) &+ (column & 1 == 0 ? 1 : 0)
                return chosen(windows.lanes(place) * scale, routes.codes(place), pixel: pixel)
            }
        }
        if side == 6 { run(SixOutputs.self) } else { run(FourOutputs.self) }
    }

    /// The values on the routes through one pixel of a window, zero for the others.
    @inline(__always)
    private static func chosen(_ values: Lanes, _ codes: Codes, pixel: Int32) -> Lanes {
        // The pixel's bit becomes the sign, and that a mask: the standard library compares integers one by one.
        let mask = (codes &<< Codes(repeating: 31 &- pixel)) &>> Codes(repeating: 31)
        return unsafeBitCast(unsafeBitCast(values, to: Codes.self) & mask, to: Lanes.self)
    }

    @inline(__always)
    private static func transform<Filter: MinimalFilter>(
        _: Filter.Type, _ channels: Int, _ scratch: Floats, _ target: Floats, _ stride: Int,
        _ load: (_ row: Int, _ column: Int, _ channel: Int) -> Lanes
    ) {
        let reach = Filter.reach
        for channel in Swift.stride(from: 0, to: channels, by: width) {
            for row in 0..<reach {
                let s = scratch + row &* reach &* width
                Filter.input({ load(row, $0, channel) }, { s.store($1, $0 &* width) })
            }
            for column in 0..<reach {
                let (s, into) = (scratch + column &* width, target + (column &* stride &+ channel))
                Filter.input({ s.lanes($0 &* reach &* width) }, { into.store($1, $0 &* reach &* stride) })
            }
        }
    }

    /// `f(AᵀmA + bias)`: the outputs of one tile from its positions; f multiplies what is negative by its output's slope: 0
    /// for a rectifier, 1 for no activation.
    ///
    /// - Parameters:
    ///   - outputs: a multiple of 16, the length of `bias` and `slopes`, too.
    ///   - accumulates: whether the result is added to what the target holds.
    ///   - target: the first pixel; `rowStride` and `pixelStride` lead to the others, in `routes`, too.
    ///   - routes: takes 1 where an output is positive, 0 elsewhere; `nil` where nobody asks for the way back.
    package static func output(
        side: Int, _ positions: Floats, stride: Int, outputs: Int, bias: Floats, slopes: Floats, accumulates: Bool,
        scratch: Floats, into target: Floats, routes: Routes?, rowStride: Int, pixelStride: Int
    ) {
        @inline(__always)
        func run<Filter: MinimalFilter>(_ filter: Filter.Type) {
            for channel in Swift.stride(from: 0, to: outputs, by: width) {
                inverseColumns(filter, positions + channel, stride, scratch)
                let (bias, slopes) = (bias.lanes(channel), slopes.lanes(channel))
                for row in 0..<Filter.side {
                    let into = target + (row &* rowStride &+ channel)
                    inverseRow(filter, row, scratch, bias) { column, value in
                        let held = value.replacing(with: value * slopes, where: value .< 0)
                        let place = column &* pixelStride
                        into.store(accumulates ? into.lanes(place) + held : held, place)
                        if let routes {
                            let codes = Codes(repeating: 1).replacing(with: 0, where: held .<= 0)
                            routes.store(codes, row &* rowStride &+ channel &+ place)
                        }
                    }
                }
            }
        }
        if side == 6 { run(SixOutputs.self) } else { run(FourOutputs.self) }
    }

    /// `A·dY·Aᵀ`, the transpose of ``output(side:_:stride:outputs:bias:slopes:accumulates:scratch:into:routes:rowStride:pixelStride:)``:
    /// the positions of one tile of the gradient of outputs, `stride` floats from position to position.
    ///
    /// - Parameters:
    ///   - tile: its first pixel; `rowStride` and `pixelStride` lead to the others.
    ///   - mask: where this, laid out like the tile, is not positive, the tile counts as zero; `nil` for nowhere.
    ///   - outputs: a multiple of a vector's width.
    ///   - sums: one an output, to which the tile's pixels are added.
    package static func outputAdjoint(
        side: Int, _ tile: Floats, mask: Floats?, rowStride: Int, pixelStride: Int, outputs: Int, sums: Floats,
        scratch: Floats, into target: Floats, stride: Int
    ) {
        @inline(__always)
        func run<Filter: MinimalFilter>(_: Filter.Type, _ load: (_ place: Int) -> Lanes) {
            for output in Swift.stride(from: 0, to: outputs, by: width) {
                var sum = sums.lanes(output)
                for column in 0..<Filter.side {
                    let s = scratch + column &* width
                    Filter.outputAdjoint {
                        let value = load($0 &* rowStride &+ column &* pixelStride &+ output)
                        sum += value
                        return value
                    } _: {
                        s.store($1, $0 &* Filter.side &* width)
                    }
                }
                sums.store(sum, output)
                for row in 0..<Filter.reach {
                    let s = scratch + row &* Filter.side &* width
                    let into = target + (row &* Filter.reach &* stride &+ output)
                    Filter.outputAdjoint({ s.lanes($0 &* width) }, { into.store($1, $0 &* stride) })
                }
            }
        }
        @inline(__always)
        func run<Filter: MinimalFilter>(_ filter: Filter.Type) {
            guard let mask else { return run(filter) { tile.lanes($0) } }
            run(filter) { tile.lanes($0).replacing(with: 0, where: mask.lanes($0) .<= 0) }
        }
        if side == 6 { run(SixOutputs.self) } else { run(FourOutputs.self) }
    }

    /// `GᵀmG`, the transpose of ``weights(side:_:tapStride:channelStride:channels:outputs:scratch:into:stride:)``: the
    /// gradients of many kernels' taps from their positions.
    ///
    /// - Parameters:
    ///   - positions: `stride` floats from position to position, `outputs` from channel to channel.
    ///   - target: the first tap; `tapStride` leads to the next one, `channelStride` to the next channel's.
    ///   - accumulates: whether the result is added to what the target holds.
    package static func weightsAdjoint(
        side: Int, _ positions: Floats, stride: Int, channels: Int, outputs: Int, accumulates: Bool, scratch: Floats,
        into target: Floats, tapStride: Int, channelStride: Int
    ) {
        @inline(__always)
        func run<Filter: MinimalFilter>(_: Filter.Type) {
            for channel in 0..<channels {
                for output in Swift.stride(from: 0, to: outputs, by: width) {
                    let m = positions + (channel &* outputs &+ output)
                    for column in 0..<Filter.reach {
                        let (m, s) = (m + column &* stride, scratch + column &* width)
                        Filter.weightsAdjoint {
                            m.lanes($0 &* Filter.reach &* stride)
                        } _: {
                            s.store($1, $0 &* Filter.reach &* width)
                        }
                    }
                    let into = target + (channel &* channelStride &+ output)
                    for row in 0..<3 {
                        let s = scratch + row &* Filter.reach &* width
                        Filter.weightsAdjoint {
                            s.lanes($0 &* width)
                        } _: {
                            let place = (3 &* row &+ $0) &* tapStride
                            into.store(accumulates ? into.lanes(place) + $1 : $1, place)
                        }
                    }
                }
            }
        }
        if side == 6 { run(SixOutputs.self) } else { run(FourOutputs.self) }
    }

    /// The same through a rectifier and a pooling of 2×2 pixels: the windows of one tile.
    ///
    /// - Parameters:
    ///   - averages: whether a window's mean is taken and not its maximum.
    ///   - target: the first window; `rowStride` and `pixelStride` lead to the others, in `routes`, too.
    ///   - routes: takes the pixels from which each window has its value, the first of equal ones, none if it is zero;
    ///     `nil` where nobody asks for the way back.
    package static func pooledOutput(
        side: Int, _ positions: Floats, stride: Int, outputs: Int, bias: Floats, averages: Bool, scratch: Floats,
        into target: Floats, routes: Routes?, rowStride: Int, pixelStride: Int
    ) {
        @inline(__always)
        func run<Filter: MinimalFilter>(_ filter: Filter.Type) {
            let upper = scratch + Filter.side &* Filter.reach &* width
            let lower = upper + Filter.side &* width
            for channel in Swift.stride(from: 0, to: outputs, by: width) {
                inverseColumns(filter, positions + channel, stride, scratch)
                let bias = bias.lanes(channel)
                for row in 0..<Filter.side / 2 {
                    inverseRow(filter, 2 &* row, scratch, bias) { upper.store($1, $0 &* width) }
                    inverseRow(filter, 2 &* row &+ 1, scratch, bias) { lower.store($1, $0 &* width) }
                    for column in 0..<Filter.side / 2 {
                        let (left, right) = (2 &* column &* width, (2 &* column &+ 1) &* width)
                        let window = (upper.lanes(left), upper.lanes(right), lower.lanes(left), lower.lanes(right))
                        let (value, codes) = averages ? mean(window) : maximum(window)
                        let place = row &* rowStride &+ column &* pixelStride &+ channel
                        target.store(value, place)
                        if let routes { routes.store(codes, place) }
                    }
                }
            }
        }
        if side == 6 { run(SixOutputs.self) } else { run(FourOutputs.self) }
    }

    /// The greatest of a window's rectified pixels, and its route.
    @inline(__always)
    private static func maximum(_ pixels: (Lanes, Lanes, Lanes, Lanes)) -> (Lanes, Codes) {
        let (right, below) = (pixels.1 .> pixels.0, pixels.3 .> pixels.2)
        let upper = pixels.0.replacing(with: pixels.1, where: right)
        let lower = pixels.2.replacing(with: pixels.3, where: below)
        let isLow = lower .> upper
        let value = upper.replacing(with: lower, where: isLow)
        let codes = Codes(repeating: 1).replacing(with: 2, where: right)
            .replacing(with: Codes(repeating: 4).replacing(with: 8, where: below), where: isLow)
        let isZero = value .<= 0
        return (value.replacing(with: 0, where: isZero), codes.replacing(with: 0, where: isZero))
    }

    /// The mean of a window's rectified pixels, and its routes.
    @inline(__always)
    private static func mean(_ pixels: (Lanes, Lanes, Lanes, Lanes)) -> (Lanes, Codes) {
        var (sum, codes) = (Lanes.zero, Codes.zero)
        @inline(__always)
        func add(_ pixel: Lanes, _ code: Int32) {
            let isZero = pixel .<= 0
            sum += pixel.replacing(with: 0, where: isZero)
            codes |= Codes(repeating: code).replacing(with: 0, where: isZero)
        }
        add(pixels.0, 1)
        add(pixels.1, 2)
        add(pixels.2, 4)
        add(pixels.3, 8)
        return (sum * 0.25, codes)
    }

    /// `Aᵀm`, column after column, into the first `side` rows of the scratch.
    @inline(__always)
    private static func inverseColumns<Filter: MinimalFilter>(
        _: Filter.Type, _ positions: Floats, _ stride: Int, _ scratch: Floats
    ) {
        for column in 0..<Filter.reach {
            let (m, s) = (positions + column &* stride, scratch + column &* width)
            Filter.output(
                { m.lanes($0 &* Filter.reach &* stride) }, bias: nil, { s.store($1, $0 &* Filter.reach &* width) })
        }
    }

    /// One row of `(Aᵀm)A + bias`.
    @inline(__always)
    private static func inverseRow<Filter: MinimalFilter>(
        _: Filter.Type, _ row: Int, _ scratch: Floats, _ bias: Lanes, _ put: (Int, Lanes) -> Void
    ) {
        let m = scratch + row &* Filter.reach &* width
        Filter.output({ m.lanes($0 &* width) }, bias: bias, put)
    }
}
