import Pictures
import Testing

@testable import Styles

@Suite struct ScalePlanTests {
    private func plan(_ width: Int, _ height: Int, scales: Int, iterations: Int) -> ScalePlan {
        ScalePlan(full: PixelSize(width: width, height: height), scales: scales, iterations: iterations, smallest: 96)
    }

    @Test func `sizes double and iterations add up`() {
        let plan = plan(512, 384, scales: 3, iterations: 101)
        #expect(plan.steps.map(\.size.longSide) == [128, 256, 512])
        #expect(plan.steps.map(\.iterations) == [50, 25, 26])
        #expect(plan.steps.last?.size == PixelSize(width: 512, height: 384))
    }

    @Test func `scales too small to show a style are left out`() {
        #expect(plan(512, 384, scales: 6, iterations: 100).steps.count == 3)
        #expect(plan(64, 64, scales: 4, iterations: 100).steps.map(\.iterations) == [100])
    }

    @Test(arguments: 1...6, [1, 2, 3, 7, 100, 300])
    func `no plan loses an iteration or a size`(scales: Int, iterations: Int) {
        let plan = plan(4096, 4096, scales: scales, iterations: iterations)
        #expect(plan.steps.reduce(0) { $0 + $1.iterations } == iterations)
        #expect(plan.steps.allSatisfy { $0.iterations >= 1 })
        #expect(plan.steps.last?.size.longSide == 4096)
    }
}
