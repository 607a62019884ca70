import Testing

@testable import Spool

@Suite struct BellTests {
    @Test func aRingThatNobodyHearsIsKept() async {
        let bell = Bell()
        bell.ring()
        await bell.wait(atMost: .seconds(3600))
    }

    @Test func aWaitEndsWithItsTime() async {
        await Bell().wait(atMost: .milliseconds(1))
    }

    @Test func aWaitEndsWithItsTask() async {
        let waiting = Task { await Bell().wait(atMost: .seconds(3600)) }
        waiting.cancel()
        await waiting.value
    }
}
