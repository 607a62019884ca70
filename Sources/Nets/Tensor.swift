import Foundation

/// A dense float32 array, rows contiguous, channels last.
///
/// Storage is either its own (64-byte aligned, zero-filled) or borrowed from an owner that it keeps alive, so that
/// memory-mapped weights cost nothing. A tensor is a reference and is not `Sendable`: bytes travel, tensors do not.
package final class Tensor {
    /// Alignment of owned storage in bytes: one cache line, one AVX-512 register.
    package static let alignment = 64

    package let shape: Shape

    /// The first element. Valid as long as the tensor lives.
    package let pointer: UnsafeMutablePointer<Float>

    private let owner: AnyObject

    /// A layout of weights that kernels read.
    struct Form: Hashable {
        enum Layout: Hashable {
            /// As ``WinogradConvolution/transform(_:turned:into:scratch:threads:)`` makes them.
            case winograd(side: Int)
            case turnedWinograd(side: Int)
            /// As ``ConvolutionGeometry/PanelOrder`` says.
            case panels(ConvolutionGeometry.PanelOrder)
            /// As ``DepthwiseKernel/layOut(_:into:)`` makes them.
            case depthwise
        }

        let layout: Layout
        /// Columns of a panel; 0 where there are none.
        let columns: Int
    }

    private var forms: [Form: AlignedStorage] = [:]

    /// A zero-filled tensor.
    package init(_ shape: Shape) {
        let storage = AlignedStorage(count: shape.count)
        self.shape = shape
        self.pointer = storage.pointer
        self.owner = storage
    }

    /// A tensor with a copy of `values`.
    ///
    /// - Precondition: `values.count == shape.count`.
    package convenience init(_ shape: Shape, _ values: [Float]) {
        precondition(values.count == shape.count, "\(values.count) values for a tensor \(shape)")
        self.init(shape)
        values.withUnsafeBufferPointer { source in
            if let first = source.baseAddress { pointer.update(from: first, count: source.count) }
        }
    }

    /// A tensor whose every element is `value`.
    package convenience init(_ shape: Shape, repeating value: Float) {
        self.init(shape)
        buffer.update(repeating: value)
    }

    /// A view of `shape.count` floats that `owner` keeps valid, for example a memory-mapped file.
    ///
    /// Weights that the executor only reads may live in read-only memory. The address must be a multiple of 4.
    package init(_ shape: Shape, borrowing address: UnsafeRawPointer, owner: AnyObject) {
        precondition(
            UInt(bitPattern: address) % UInt(MemoryLayout<Float>.alignment) == 0, "unaligned floats at \(address)")
        self.shape = shape
        self.pointer = UnsafeMutablePointer(mutating: address.assumingMemoryBound(to: Float.self))
        self.owner = owner
    }

    /// The values in another form, made at the first call and kept: whoever changes the values drops it.
    func form(_ form: Form, count: Int, _ make: (AlignedStorage) -> Void) -> AlignedStorage {
        if let known = forms[form] { return known }
        let storage = AlignedStorage(count: count)
        make(storage)
        forms[form] = storage
        return storage
    }

    func dropForms() { forms = [:] }

    package var count: Int { shape.count }

    package var buffer: UnsafeMutableBufferPointer<Float> { UnsafeMutableBufferPointer(start: pointer, count: count) }

    /// A copy of all elements, rows contiguous.
    package var values: [Float] { Array(buffer) }

    /// The element at a flat index.
    package subscript(index: Int) -> Float {
        get { buffer[index] }
        set { buffer[index] = newValue }
    }

    /// The same storage seen with another shape of the same element count.
    package func reshaped(_ shape: Shape) -> Tensor {
        precondition(shape.count == count, "\(self.shape) cannot be seen as \(shape)")
        return Tensor(shape, borrowing: pointer, owner: self)
    }

    /// A tensor of its own with the same elements.
    package func copy() -> Tensor {
        let copy = Tensor(shape)
        copy.pointer.update(from: pointer, count: count)
        return copy
    }

    /// Copies the elements of a tensor of the same element count.
    package func assign(_ other: Tensor) {
        precondition(other.count == count, "\(other.shape) cannot be assigned to \(shape)")
        pointer.update(from: other.pointer, count: count)
    }

    /// Copies as many values as there are elements.
    package func assign(_ values: [Float]) {
        precondition(values.count == count, "\(values.count) values cannot be assigned to \(shape)")
        values.withUnsafeBufferPointer { source in
            if let first = source.baseAddress { pointer.update(from: first, count: source.count) }
        }
    }

    package func fill(_ value: Float) { buffer.update(repeating: value) }
}

/// Zero-filled floats on a 64-byte boundary, freed with the last reference.
///
/// Large ones are mapped: the kernel hands out zeroed pages when they are first touched, by whichever thread does, and what
/// is never touched takes no memory. A heap would have to be cleared, page after page on one thread.
final class AlignedStorage {
    /// Bytes of a huge page of x86-64 and arm64.
    private static let hugePage = 2 << 20

    let pointer: UnsafeMutablePointer<Float>
    /// Bytes that are mapped; 0 for a piece of the heap.
    private let mappedBytes: Int

    init(count: Int) {
        let count = max(count, 1)
        let bytes = count * MemoryLayout<Float>.stride
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        mappedBytes = bytes >= Self.hugePage ? (bytes + page - 1) / page * page : 0
        let raw = mappedBytes > 0 ? Self.map(mappedBytes) : Self.allocate(bytes)
        // The standard library's own allocation would end the process without a word.
        guard let raw else { fatalError("out of memory: \(bytes) bytes for tensors cannot be allocated") }
        pointer = raw.bindMemory(to: Float.self, capacity: count)
        if mappedBytes == 0 { pointer.initialize(repeating: 0, count: count) }
    }

    deinit {
        if mappedBytes > 0 { munmap(pointer, mappedBytes) } else { free(pointer) }
    }

    private static func allocate(_ bytes: Int) -> UnsafeMutableRawPointer? {
        var raw: UnsafeMutableRawPointer?
        return posix_memalign(&raw, Tensor.alignment, bytes) == 0 ? raw : nil
    }

    /// Whole pages that begin with a huge one.
    private static func map(_ bytes: Int) -> UnsafeMutableRawPointer? {
        let reserved = bytes + hugePage
        guard let raw = mmap(nil, reserved, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0), raw != MAP_FAILED
        else { return nil }
        let skipped = (hugePage - Int(bitPattern: raw) % hugePage) % hugePage
        let start = raw + skipped
        if skipped > 0 { munmap(raw, skipped) }
        if skipped < hugePage { munmap(start + bytes, hugePage - skipped) }
        #if canImport(Glibc)
            // Kernels walk over dozens of places at once: with pages of 4 KB, their addresses outrun the TLB.
            madvise(start, bytes, MADV_HUGEPAGE)
        #endif
        return start
    }
}
