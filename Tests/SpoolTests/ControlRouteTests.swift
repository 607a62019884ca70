import Testing
import Wire

@testable import Spool

@Suite struct ControlRouteTests {
    @Test(arguments: ControlRoute.allCases)
    func everyRouteIsFoundByItsOwnRequest(route: ControlRoute) throws {
        let path = route.path.replacing("{job}", with: "20260314T150926Z-9f3a-beach").split(separator: "/")
        let found = try #require(ControlRoute.of(method: route.method, path: path))
        #expect(found.route == route)
        #expect(found.job == (route.path.contains("{job}") ? "20260314T150926Z-9f3a-beach" : nil))
    }

    @Test(arguments: ["", "v1", "v1/jobs/a/b", "v1/jobs/a/cancel/now", "status", "v1/metrics"])
    func otherPathsLeadNowhere(path: String) {
        for method in ["GET", "POST", "DELETE"] {
            #expect(ControlRoute.of(method: method, path: path.split(separator: "/")) == nil)
        }
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
