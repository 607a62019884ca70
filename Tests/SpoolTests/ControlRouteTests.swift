import Testing
import Wire

@testable import Spool

@Suite struct ControlRouteTests {
    @Test(arguments: ControlRoute.allCases)
    func everyRouteIsFoundByItsOwnRequest(route: ControlRoute) throws {
        let path = route.path.replacing("{job}", with: "20260314T150926Z-9f3a-beach").split(separator: "/")
        let found = try #require(ControlRoute.all(at: path).first { $0.route.answers(route.method) })
        #expect(found.route == route)
        #expect(found.job == (route.path.contains("{job}") ? "20260314T150926Z-9f3a-beach" : nil))
    }

    @Test(arguments: ["", "v1", "v1/jobs/a/b", "v1/jobs/a/cancel/now", "status", "v1/metrics"])
    func otherPathsLeadNowhere(path: String) {
        #expect(ControlRoute.all(at: path.split(separator: "/")).isEmpty)
    }

    @Test func countsBalance() {
        var counts = JobCounts()
        for state in JobState.allCases {
            counts[state] += 1
            #expect(counts[state] == 1)
            #expect(!counts.isBalanced)
            counts.seen += 1
            #expect(counts.isBalanced, "after \(state)")
        }
    }
}
