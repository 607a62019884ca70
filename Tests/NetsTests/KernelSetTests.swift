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
                kernels.finishedProduct(
                    count, segments, offsets, depth, a.pointer, aStride, panel.pointer, outputs, bias.pointer,
                    slopes.pointer, c.pointer, cStride, start != nil, tile.pointer)
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

    @Test(arguments: [1, 2, 3, 10, 16, 24, 32], [1, 2, 3, 4, 5, 9])
    func runsOfDepthwiseConvolutions(_ channels: Int, _ pixels: Int) {
        for (rows, columns, dilation) in [(3, 3, 1), (2, 3, 1), (3, 2, 1), (1, 1, 1), (5, 5, 1), (3, 3, 2)] {
            let overhang = DepthwiseRun.overhang
            let tap = channels + overhang
            let rowStride = (pixels + dilation * columns) * channels
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
                            Double(x[row * rowStride + column * dilation * channels + index])
                            * Double(weights[(row * columns + column) * tap + index % channels])
                    }
                }
                return sum < 0 ? sum * Double(slopes[index % channels]) : sum
            }
            for kernels in KernelSet.supported {
                let y = Tensor([count + 1], repeating: 7)
                kernels.depthwiseRun(
                    x.pointer, rowStride, dilation * channels, rows, columns, weights.pointer, columns * tap,
                    bias.pointer, slopes.pointer, channels, y.pointer, count)
                expectClose(
                    y.values, expected + [7],
                    "\(kernels.vectorBits) bits, \(rows)x\(columns), \(channels) channels, \(pixels) pixels")
            }
        }
    }
}
