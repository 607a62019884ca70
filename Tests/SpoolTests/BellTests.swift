import Foundation
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

    /// In a process of its own, whose memory nobody else changes. A cancelled `Task.sleep` would keep 700 bytes a wait.
    @Test func waitsThatAreCutShortLeaveNothingBehind() async {
        await #expect(processExitsWith: .success) {
            func memory(after count: Int) async throws -> Int {
                let bell = Bell()
                for _ in 0..<count {
                    bell.ring()
                    await bell.wait(atMost: .seconds(3600))
                }
                let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")[1]
                return try #require(Int(pages)) * sysconf(Int32(_SC_PAGESIZE))
            }
            // The heap grows to its size first.
            let before = try await memory(after: 20_000)
            let grown = try await memory(after: 20_000) - before
            #expect(grown < 20_000 * 300)
        }
    }
}
