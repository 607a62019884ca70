/// A reader of strangers' bytes.
package struct FuzzTarget: Sendable {
    package let name: String
    /// Returns whatever the bytes are; ends the process when the reader breaks its word.
    package let read: @Sendable (UnsafeRawBufferPointer) -> Void

    package static let all = pictures + texts + models

    /// A reader that may refuse, with errors of these types and no others.
    static func refusing(
        _ name: String, with errors: any Error.Type..., read: @escaping @Sendable ([UInt8]) throws -> Void
    ) -> FuzzTarget {
        FuzzTarget(name: name) { bytes in
            do {
                try read(Array(bytes))
            } catch {
                guard errors.contains(where: { $0 == type(of: error) }) else {
                    fatalError("\(name) throws \(type(of: error)): \(error)")
                }
            }
        }
    }
}
