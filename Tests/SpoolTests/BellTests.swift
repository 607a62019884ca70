import Foundation
import Testing

@testable import Spool

@Suite struct BellTests {
    @Test func aRingThatComesWhileOneIsBusyIsKept() async {
        let bell = Bell()
        let ear = bell.ear()
        bell.ring()
        await ear.wait(atMost: .seconds(3600))
    }

    /// Of two who listen, one waits when it rings and the other is busy: both have to hear.
    @Test(.timeLimit(.minutes(5)))
    func theBusyOneHearsAsWell() async {
        let bell = Bell()
        let (busy, waiting) = (bell.ear(), bell.ear())
        for _ in 0..<100 {
            let heard = Task { await waiting.wait(atMost: .seconds(86_400)) }
            while !bell.isAwaited { await Task.yield() }
            bell.ring()
            await heard.value
            await busy.wait(atMost: .seconds(86_400))
        }
    }

    @Test func aWaitEndsWithItsTime() async {
        await Bell().ear().wait(atMost: .milliseconds(1))
    }

    @Test func aWaitEndsWithItsTask() async {
        let waiting = Task { await Bell().ear().wait(atMost: .seconds(3600)) }
        waiting.cancel()
        await waiting.value
    }

    /// In a process of its own, whose memory nobody else changes. A cancelled `Task.sleep` would keep 700 bytes a wait.
    @Test func waitsThatAreCutShortLeaveNothingBehind() async {
        await #expect(processExitsWith: .success) {
            func memory(after count: Int) async throws -> Int {
                let bell = Bell()
                let ear = bell.ear()
                for _ in 0..<count {
                    bell.ring()
                    await ear.wait(atMost: .seconds(3600))
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
