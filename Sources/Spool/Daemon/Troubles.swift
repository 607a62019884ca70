import Foundation
import Synchronization
import Wire

/// What keeps single jobs from going on, for `limner status` and `limner doctor`. Each is tried again by itself.
package final class Troubles: Sendable {
    private let known = Mutex<[String: String]>([:])

    package init() {}

    /// - Parameter trouble: what cannot be done, and why; `nil` when it could be done after all.
    func note(_ trouble: String?, of subject: some CustomStringConvertible) {
        known.withLock { $0[subject.description] = trouble }
    }

    /// Most that are told one by one.
    private static let limit = 20

    /// A sentence each, sorted; of very many, the first and how many more there are.
    package var sentences: [String] {
        let all = known.withLock { $0.map { "\($0.key): \($0.value)" } }.sorted()
        return all.count <= Self.limit ? all : all.prefix(Self.limit) + ["… and \(all.count - Self.limit) more jobs"]
    }

    /// What mends them.
    package static let remedy =
        "Make what is named readable and writable for the user that runs limnerd, or move it away; it is tried again by itself."
}
