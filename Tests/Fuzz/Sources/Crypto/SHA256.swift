import Foundation

/// As much of swift-crypto as the readers' modules name. It is no hash: every digest is the same.
public struct SHA256 {
    public typealias Digest = [UInt8]

    public init() {}

    public mutating func update(bufferPointer: UnsafeRawBufferPointer) {}

    public mutating func update(data: Data) {}

    public func finalize() -> Digest { Digest(repeating: 0, count: 32) }
}
