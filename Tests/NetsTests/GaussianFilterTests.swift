import Testing

@testable import Nets

@Suite struct GaussianFilterTests {
    @Test(arguments: [(1, 1), (3, 5), (8, 2), (37, 11)], [1, 3])
    func itIsTheSumOverItsWindow(_ size: (width: Int, height: Int), channels: Int) {
        let filter = GaussianFilter(sigma: 0.8)
        #expect(filter.taps.count == 4 && abs(filter.taps[1] / filter.taps[0] - 0.45783335) < 1e-6)
        let (width, height) = size
        let values = random([1, height, width, channels], seed: 5).values
        let smoothed = filter(values, width: width, channels: channels)
        #expect(smoothed.count == values.count)
        for index in values.indices {
            let (x, y) = (index / channels % width, index / channels / width)
            var sum: Float = 0
            for j in -3...3 {
                for i in -3...3 {
                    let (row, column) = (min(max(0, y + j), height - 1), min(max(0, x + i), width - 1))
                    let value = values[(row * width + column) * channels + index % channels]
                    sum += filter.taps[abs(i)] * filter.taps[abs(j)] * value
                }
            }
            #expect(abs(smoothed[index] - sum) < 1e-5, "\(size) × \(channels) at \(x), \(y)")
        }
    }
}
