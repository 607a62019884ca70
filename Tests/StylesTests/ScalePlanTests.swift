import Pictures
import Testing

@testable import Styles

@Suite struct ScalePlanTests {
    private func plan(
        _ width: Int, _ height: Int, scales: Int = 12, iterations: Int, schedule: ScalePlan.Schedule = .falling
    ) -> ScalePlan {
        ScalePlan(
            full: PixelSize(width: width, height: height), scales: scales, iterations: iterations, smallest: 16,
            schedule: schedule)
    }

    @Test func `a large size has iterations enough to be painted`() {
        let plan = plan(4961, 3508, iterations: 140)
        #expect(plan.steps.map(\.iterations).suffix(4) == [5, 5, 5, 5])
        #expect(plan.steps.count == 11 && plan.steps.allSatisfy { $0.iterations >= 5 })
        #expect(plan.steps.reduce(0) { $0 + $1.iterations } == 140)
        #expect(zip(plan.steps, plan.steps.dropFirst()).allSatisfy { $0.iterations >= $1.iterations })
    }

    @Test func `the other program's schedule is its own, and a total is parted in proportion`() {
        #expect(
            plan(512, 512, iterations: 3000, schedule: .halved).steps.map(\.iterations).dropFirst() == [
                500, 500, 500, 500,
            ])
        #expect(plan(256, 256, iterations: 40, schedule: .halved).steps.map(\.iterations) == [20, 10, 10])
    }

    @Test func `sizes grow by the root of two from 128 pixels, and iterations fall`() {
        let plan = plan(512, 384, iterations: 190)
        #expect(plan.steps.map(\.size.longSide) == [128, 181, 256, 362, 512])
        #expect(plan.steps.map(\.iterations) == [70, 47, 33, 23, 17])
        #expect(plan.steps.last?.size == PixelSize(width: 512, height: 384))
    }

    @Test func `sizes too small to show a style or for the network are left out`() {
        #expect(plan(180, 120, iterations: 100).steps.map(\.size.longSide) == [180])
        #expect(plan(400, 20, iterations: 100).steps.map(\.size.height) == [20])
        #expect(plan(64, 64, iterations: 100).steps.map(\.iterations) == [100])
    }

    @Test(arguments: [1, 2, 3, 6, 12], [1, 2, 3, 7, 100, 300])
    func `no plan loses an iteration or a size`(scales: Int, iterations: Int) {
        let plan = plan(4096, 4096, scales: scales, iterations: iterations)
        #expect(plan.steps.count == min(scales, iterations, 11))
        #expect(plan.steps.reduce(0) { $0 + $1.iterations } == iterations)
        #expect(plan.steps.allSatisfy { $0.iterations >= 1 })
        #expect(plan.steps.last?.size.longSide == 4096)
    }

    @Test func `a painting in place of a ruined one is another stage, and the share does not fall`() {
        let plan = plan(181, 181, iterations: 10)
        var told: [StyleProgress] = []
        var meter = StyleProgressMeter(plan: plan) { told.append($0) }
        func paint() {
            for step in plan.steps {
                for _ in 0..<step.iterations { meter.advance(by: step, losses: nil, preview: nil) }
            }
        }
        meter.begin(.new, attempts: 0, size: 0, steps: 0)
        paint()
        #expect(told.dropFirst().allSatisfy { $0.stage == .painting && $0.iterations?.of == 10 })
        let before = told.count
        meter.beginAgain()
        paint()
        #expect(told[before...].map(\.stage.rawValue) == Array(repeating: "painting again", count: 10))
        #expect(told[before...].allSatisfy { $0.iterations?.of == 20 })
        #expect(zip(told, told.dropFirst()).allSatisfy { $0.fraction <= $1.fraction })
    }
}
