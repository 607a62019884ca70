/// A run of neighbouring outputs of a depthwise convolution.
package enum DepthwiseRun {
    /// Floats that each row of weights, bias and slopes is longer than the channels: its first ones come again, so that a
    /// vector may start at any channel.
    package static let overhang = 16

    /// `y = f(Σ x · w + bias)`, where f multiplies what is negative by its channel's slope.
    ///
    /// At stride 1 outputs lie beside each other as their inputs do, so that vectors run over pixels without regard to
    /// the number of channels.
    ///
    /// - Parameters:
    ///   - x: the first pixel of the first output's window; `rowStride` and `columnStride` lead to its others, `step` to
    ///     the next output's.
    ///   - rows: rows of the window, `columns` its columns.
    ///   - weights: `[rows][columns][channels + overhang]`, `weightStride` floats from row to row.
    ///   - count: floats of outputs, the first one of channel 0.
    package static func run(
        _ x: Floats, step: Int, rowStride: Int, columnStride: Int, rows: Int, columns: Int, _ weights: Floats,
        weightStride: Int, bias: Floats, slopes: Floats, channels: Int, into y: Floats, count: Int
    ) {
        let width = Lanes.scalarCount
        let window = Window(
            rowStride: rowStride, columnStride: columnStride, rows: rows, columns: columns, weights: weights,
            weightStride: weightStride, tap: channels &+ overhang, bias: bias, slopes: slopes)
        if rows == 3, columns == 3, columnStride == channels, channels % width == 0, count >= 4 &* channels {
            if step == channels {
                window.threeByThree(x, pixels: count / channels, channels, into: y)
            } else {
                window.threeByThreeApart(x, step, pixels: count / channels, channels, into: y)
            }
            return
        }
        if step != channels {
            for pixel in 0..<count / channels {
                window.neighbours(x + pixel &* step, channels, into: y + pixel &* channels, count: channels)
            }
            return
        }
        window.neighbours(x, channels, into: y, count: count)
    }

    private struct Window {
        let rowStride: Int
        let columnStride: Int
        let rows: Int
        let columns: Int
        let weights: Floats
        let weightStride: Int
        let tap: Int
        let bias: Floats
        let slopes: Floats

        /// Neighbouring outputs at stride 1; or, where they are one pixel's, at any.
        @inline(__always)
        func neighbours(_ x: Floats, _ channels: Int, into y: Floats, count: Int) {
            if count < Lanes.scalarCount {
                few(x, channels, into: y, count: count)
                return
            }
            var (start, channel) = (0, 0)
            let width = Lanes.scalarCount
            let step = width % channels
            @inline(__always)
            func next(_ channel: Int) -> Int {
                channel &+ step >= channels ? channel &+ step &- channels : channel &+ step
            }
            while start &+ 4 &* width <= count {
                let second = next(channel)
                let third = next(second)
                let fourth = next(third)
                four(x + start, channel, second, third, fourth, into: y + start)
                start &+= 4 &* width
                channel = next(fourth)
            }
            while start < count {
                // The last vector goes back so far that it ends with the last output.
                start = min(start, count &- width)
                one(x + start, start % channels, into: y + start)
                start &+= width
            }
        }

        /// Fewer outputs than a vector has.
        private func few(_ x: Floats, _ channels: Int, into y: Floats, count: Int) {
            for index in 0..<count {
                let channel = index % channels
                var sum = bias[channel]
                for row in 0..<rows {
                    for column in 0..<columns {
                        sum +=
                            x[row &* rowStride &+ column &* columnStride &+ index]
                            * weights[row &* weightStride &+ column &* tap &+ channel]
                    }
                }
                y[index] = sum < 0 ? sum * slopes[channel] : sum
            }
        }

        @inline(__always)
        func one(_ x: Floats, _ channel: Int, into y: Floats) {
            var sum = bias.lanes(channel)
            for row in 0..<rows {
                var source = x + row &* rowStride
                var factors = weights + (row &* weightStride &+ channel)
                for _ in 0..<columns {
                    sum = fused(sum, source.lanes(0), factors.lanes(0))
                    source += columnStride
                    factors += tap
                }
            }
            put(sum, channel, y)
        }

        /// Four vectors at a time: one would wait for its own last sum at each tap.
        @inline(__always)
        func four(_ x: Floats, _ c0: Int, _ c1: Int, _ c2: Int, _ c3: Int, into y: Floats) {
            let width = Lanes.scalarCount
            var (sum0, sum1, sum2, sum3) = (bias.lanes(c0), bias.lanes(c1), bias.lanes(c2), bias.lanes(c3))
            for row in 0..<rows {
                var source = x + row &* rowStride
                var factors = weights + row &* weightStride
                for _ in 0..<columns {
                    sum0 = fused(sum0, source.lanes(0), factors.lanes(c0))
                    sum1 = fused(sum1, source.lanes(width), factors.lanes(c1))
                    sum2 = fused(sum2, source.lanes(2 &* width), factors.lanes(c2))
                    sum3 = fused(sum3, source.lanes(3 &* width), factors.lanes(c3))
                    source += columnStride
                    factors += tap
                }
            }
            put(sum0, c0, y)
            put(sum1, c1, y + width)
            put(sum2, c2, y + 2 &* width)
            put(sum3, c3, y + 3 &* width)
        }

        /// Windows of 3×3 whose weights stay in registers, four neighbouring ones at a time, which share what they read.
        @inline(__always)
        func threeByThree(_ x: Floats, pixels: Int, _ channels: Int, into y: Floats) {
            for channel in stride(from: 0, to: channels, by: Lanes.scalarCount) {
                let top = weights + channel
                let (middle, bottom) = (top + weightStride, top + 2 &* weightStride)
                let (w0, w1, w2) = (top.lanes(0), top.lanes(tap), top.lanes(2 &* tap))
                let (w3, w4, w5) = (middle.lanes(0), middle.lanes(tap), middle.lanes(2 &* tap))
                let (w6, w7, w8) = (bottom.lanes(0), bottom.lanes(tap), bottom.lanes(2 &* tap))
                for pixel in stride(from: 0, to: pixels, by: 4) {
                    // The last four go back so far that they end with the last pixel.
                    let place = min(pixel, pixels &- 4) &* channels &+ channel
                    var sum0 = bias.lanes(channel)
                    var (sum1, sum2, sum3) = (sum0, sum0, sum0)
                    @inline(__always)
                    func add(_ line: Floats, _ left: Lanes, _ centre: Lanes, _ right: Lanes) {
                        let (x0, x1, x2) = (line.lanes(0), line.lanes(channels), line.lanes(2 &* channels))
                        let (x3, x4) = (line.lanes(3 &* channels), line.lanes(4 &* channels))
                        let x5 = line.lanes(5 &* channels)
                        sum0 = fused(fused(fused(sum0, x0, left), x1, centre), x2, right)
                        sum1 = fused(fused(fused(sum1, x1, left), x2, centre), x3, right)
                        sum2 = fused(fused(fused(sum2, x2, left), x3, centre), x4, right)
                        sum3 = fused(fused(fused(sum3, x3, left), x4, centre), x5, right)
                    }
                    add(x + place, w0, w1, w2)
                    add(x + (place &+ rowStride), w3, w4, w5)
                    add(x + (place &+ 2 &* rowStride), w6, w7, w8)
                    put(sum0, channel, y + place)
                    put(sum1, channel, y + (place &+ channels))
                    put(sum2, channel, y + (place &+ 2 &* channels))
                    put(sum3, channel, y + (place &+ 3 &* channels))
                }
            }
        }

        /// The same of windows that lie `step` floats apart and share little.
        @inline(__always)
        func threeByThreeApart(_ x: Floats, _ step: Int, pixels: Int, _ channels: Int, into y: Floats) {
            for channel in stride(from: 0, to: channels, by: Lanes.scalarCount) {
                let top = weights + channel
                let (middle, bottom) = (top + weightStride, top + 2 &* weightStride)
                let (w0, w1, w2) = (top.lanes(0), top.lanes(tap), top.lanes(2 &* tap))
                let (w3, w4, w5) = (middle.lanes(0), middle.lanes(tap), middle.lanes(2 &* tap))
                let (w6, w7, w8) = (bottom.lanes(0), bottom.lanes(tap), bottom.lanes(2 &* tap))
                for pixel in stride(from: 0, to: pixels, by: 4) {
                    let first = min(pixel, pixels &- 4)
                    var sum0 = bias.lanes(channel)
                    var (sum1, sum2, sum3) = (sum0, sum0, sum0)
                    @inline(__always)
                    func add(_ line: Floats, _ left: Lanes, _ centre: Lanes, _ right: Lanes) {
                        @inline(__always)
                        func row(_ sum: Lanes, _ x: Floats) -> Lanes {
                            let low = fused(sum, x.lanes(0), left)
                            return fused(fused(low, x.lanes(channels), centre), x.lanes(2 &* channels), right)
                        }
                        sum0 = row(sum0, line)
                        sum1 = row(sum1, line + step)
                        sum2 = row(sum2, line + 2 &* step)
                        sum3 = row(sum3, line + 3 &* step)
                    }
                    let place = x + (first &* step &+ channel)
                    add(place, w0, w1, w2)
                    add(place + rowStride, w3, w4, w5)
                    add(place + 2 &* rowStride, w6, w7, w8)
                    let target = y + (first &* channels &+ channel)
                    put(sum0, channel, target)
                    put(sum1, channel, target + channels)
                    put(sum2, channel, target + 2 &* channels)
                    put(sum3, channel, target + 3 &* channels)
                }
            }
        }

        @inline(__always)
        private func put(_ sum: Lanes, _ channel: Int, _ y: Floats) {
            y.store(sum.replacing(with: sum * slopes.lanes(channel), where: sum .< 0), 0)
        }
    }
}
