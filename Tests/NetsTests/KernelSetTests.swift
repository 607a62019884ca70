import NetsKernels
import Testing

@testable import Nets

/// Every set of kernels that this processor has against the formula, at extents that fill no vector and no block.
@Suite struct KernelSetTests {
    @Test func thereIsASetForEveryProcessor() throws {
        #expect(KernelSet.supported.last?.vectorBits == 128)
        #expect(KernelSet.supported.map(\.vectorBits) == KernelSet.supported.map(\.vectorBits).sorted(by: >))
    }

    @Test(arguments: [1, 5, 6, 7, 12, 13, 25], [1, 3, 4, 7, 8, 15, 16, 17, 31, 32])
    func productsOfWindows(_ count: Int, _ outputs: Int) {
        let (segments, depth, aStride) = (3, 5, 4)
        let offsets = [0, 40, 11]
        let bias = random([64], seed: 2)
        let slopes = random([64], seed: 3)
        for kernels in KernelSet.supported where outputs <= kernels.columns {
            let a = random([(count + kernels.rows) * aStride + 60], seed: 1)
            let panel = random([segments * depth * kernels.columns], seed: 4)
            let tile = Tensor([kernels.rows * kernels.columns])
            for start in [nil, Float(2)] {
                let cStride = outputs + 3
                let c = Tensor([count * cStride], repeating: start ?? 7)
                kernels.products.finish(
                    count: count, segments: segments, offsets: offsets, depth: depth, a.pointer, aStride: aStride,
                    panel.pointer, outputs: outputs, bias: bias.pointer, slopes: slopes.pointer, into: c.pointer,
                    cStride: cStride, accumulates: start != nil, tile: tile.pointer)
                var expected: [Double] = []
                for row in 0..<count {
                    for column in 0..<cStride {
                        guard column < outputs else {
                            expected.append(Double(start ?? 7))
                            continue
                        }
                        var sum = Double(bias[column])
                        for segment in 0..<segments {
                            for k in 0..<depth {
                                sum +=
                                    Double(a[row * aStride + offsets[segment] + k])
                                    * Double(panel[(segment * depth + k) * kernels.columns + column])
                            }
                        }
                        expected.append(Double(start ?? 0) + (sum < 0 ? sum * Double(slopes[column]) : sum))
                    }
                }
                expectClose(c.values, expected, "\(kernels.vectorBits) bits, \(count) rows, \(outputs) outputs")
            }
        }
    }

    @Test(arguments: [4, 8, 12, 16, 28], [1, 2, 7, 130])
    func productsOfTransposedMatrices(_ count: Int, _ depth: Int) {
        for kernels in KernelSet.supported {
            let (panels, spare) = (2, 3)
            let columns = panels * kernels.columns
            let (aStride, bStride, cStride) = (count + spare, columns + 5, columns + 1)
            let (a, b) = (random([depth * aStride], seed: 20), random([depth * bStride], seed: 21))
            for start in [nil, Float(2)] {
                let c = Tensor([count * cStride], repeating: start ?? 7)
                kernels.products.transposed(
                    count: count, depth: depth, a.pointer, aStride: aStride, b.pointer, bStride: bStride,
                    panelCount: panels, into: c.pointer, cStride: cStride, accumulates: start != nil)
                let expected = (0..<count * cStride).map { index in
                    let (row, column) = (index / cStride, index % cStride)
                    guard column < columns else { return Double(start ?? 7) }
                    return (0..<depth).reduce(Double(start ?? 0)) {
                        $0 + Double(a[$1 * aStride + row]) * Double(b[$1 * bStride + column])
                    }
                }
                expectClose(c.values, expected, "\(kernels.vectorBits) bits, \(count) rows, depth \(depth)")
            }
        }
    }

    @Test(arguments: [1, 2, 3, 10, 16, 24, 32], [1, 2, 3, 4, 5, 9])
    func runsOfDepthwiseConvolutions(_ channels: Int, _ pixels: Int) {
        for (rows, columns, dilation, stride) in [
            (3, 3, 1, 1), (2, 3, 1, 1), (3, 2, 1, 1), (1, 1, 1, 1), (5, 5, 1, 1), (3, 3, 2, 1), (3, 3, 1, 2),
            (2, 3, 1, 2), (3, 3, 2, 3),
        ] {
            let overhang = DepthwiseRun.overhang
            let tap = channels + overhang
            let rowStride = (stride * pixels + dilation * columns) * channels
            let x = random([rows * rowStride], seed: 5)
            let weights = random([rows, columns, tap], seed: 6)
            let (bias, slopes) = (random([tap], seed: 7), random([tap], seed: 8))
            // The first channels again, as the kernels want them.
            for index in 0..<rows * columns * tap {
                weights[index] = weights[index / tap * tap + index % tap % channels]
            }
            for index in 0..<tap { (bias[index], slopes[index]) = (bias[index % channels], slopes[index % channels]) }
            let count = pixels * channels
            let expected = (0..<count).map { index in
                var sum = Double(bias[index % channels])
                for row in 0..<rows {
                    for column in 0..<columns {
                        sum +=
                            Double(
                                x[
                                    row * rowStride + (column * dilation + index / channels * stride) * channels + index
                                        % channels])
                            * Double(weights[(row * columns + column) * tap + index % channels])
                    }
                }
                return sum < 0 ? sum * Double(slopes[index % channels]) : sum
            }
            for kernels in KernelSet.supported {
                let y = Tensor([count + 1], repeating: 7)
                kernels.depthwise.run(
                    x.pointer, step: stride * channels, rowStride: rowStride, columnStride: dilation * channels,
                    rows: rows, columns: columns, weights.pointer, weightStride: columns * tap, bias: bias.pointer,
                    slopes: slopes.pointer, channels: channels, into: y.pointer, count: count)
                expectClose(
                    y.values, expected + [7],
                    "\(kernels.vectorBits) bits, \(rows)x\(columns), stride \(stride), \(channels) channels, \(pixels) pixels"
                )
            }
        }
    }

    @Test(arguments: [1, 3, 4, 7, 16, 20, 33, 128], [1, 2, 50, 131])
    func sumsAndScalesOfChannels(_ channels: Int, _ pixels: Int) {
        let row = ChannelRun.row(channels: channels)
        #expect(row % channels == 0 && row % 16 == 0)
        let count = pixels * channels
        let x = random([count], seed: 9)
        func laidOut(_ seed: UInt64) -> Tensor {
            let values = random([channels], seed: seed)
            return Tensor([row], (0..<row).map { values[$0 % channels] })
        }
        let (mean, factor, shift) = (laidOut(10), laidOut(11), laidOut(12))
        for kernels in KernelSet.supported {
            let what = "\(kernels.vectorBits) bits, \(channels) channels, \(pixels) pixels"
            for centre in [nil, mean] {
                let sums = Tensor([row], repeating: 7)
                kernels.channels.sums(
                    x.pointer, count: count, row: row, mean: centre?.pointer, into: sums.pointer)
                let found = (0..<channels).map { channel in
                    stride(from: channel, to: row, by: channels).reduce(0) { $0 + sums[$1] }
                }
                let expected = (0..<channels).map { channel in
                    stride(from: channel, to: count, by: channels).reduce(0.0) { total, index in
                        guard let centre else { return total + Double(x[index]) }
                        let deviation = Double(x[index]) - Double(centre[channel])
                        return total + deviation * deviation
                    }
                }
                expectClose(found, expected, what)
            }
            for slope in [Float(1), 0, 0.2] {
                let y = Tensor([count + 1], repeating: 7)
                kernels.channels.scale(
                    x.pointer, count: count, row: row, factor: factor.pointer, shift: shift.pointer, slope: slope,
                    into: y.pointer)
                let expected = (0..<count).map { index in
                    let value = Double(x[index]) * Double(factor[index % row]) + Double(shift[index % row])
                    return value < 0 ? value * Double(slope) : value
                }
                expectClose(y.values, expected + [7], "\(what), slope \(slope)")
            }
        }
    }

    @Test(arguments: [16, 48], [1, 2, 5])
    func maximaOfPairs(_ channels: Int, _ windows: Int) {
        let rowStride = (2 * windows + 1) * channels
        let x = random([2 * rowStride], seed: 13)
        let expected = (0..<windows * channels).map { index in
            let first = index / channels * 2 * channels + index % channels
            return [first, first + channels, first + rowStride, first + rowStride + channels].map { Double(x[$0]) }
                .max()!
        }
        for kernels in KernelSet.supported {
            let y = Tensor([windows * channels + 1], repeating: 7)
            kernels.pairs.run(x.pointer, rowStride: rowStride, into: y.pointer, windows: windows, channels: channels)
            expectClose(y.values, expected + [7], "\(kernels.vectorBits) bits, \(channels) channels, \(windows)")
        }
    }
}
