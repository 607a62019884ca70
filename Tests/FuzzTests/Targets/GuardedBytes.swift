import Foundation

/// Memory whose last byte is followed by a page that may not be touched: reading or writing one byte too far ends the
/// process, in libraries that were built without a sanitizer, too.
final class GuardedBytes {
    private let start: UnsafeMutableRawPointer
    private let length: Int
    let bytes: UnsafeMutableRawBufferPointer

    init(count: Int) {
        let page = Int(sysconf(CInt(_SC_PAGESIZE)))
        let room = (count + page - 1) / page * page
        length = room + page
        start = mmap(nil, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        precondition(start != MAP_FAILED, "no memory for \(length) bytes")
        precondition(mprotect(start + room, page, PROT_NONE) == 0)
        bytes = UnsafeMutableRawBufferPointer(start: start + (room - count), count: count)
    }

    convenience init(_ contents: [UInt8]) {
        self.init(count: contents.count)
        bytes.copyBytes(from: contents)
    }

    deinit { munmap(start, length) }

    var pointer: UnsafeMutablePointer<UInt8>? { bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) }
}
