import CLibUV

/// What a libuv handle belongs to: a timer, a signal, a listener, a connection. libuv's handle keeps its owner alive until it is closed, and a loop
/// that ends shuts its owners down. Touched on the loop's thread only.
public class LoopHandle: @unchecked Sendable {
    // Unchecked: everything below is confined to the thread that runs the loop.
    /// The loop that calls back.
    public let loop: EventLoop

    init(loop: EventLoop) { self.loop = loop }

    /// Gives up the handle: called when the loop ends. Must be harmless when it was given up before.
    func shutDown() {}

    /// Allocates a libuv handle that keeps this object alive. `start` gets it zeroed and returns libuv's status.
    final func makeHandle<T>(_ type: T.Type, _ start: (UnsafeMutablePointer<uv_loop_t>, UnsafeMutablePointer<T>) -> Int32) throws(SystemError)
        -> UnsafeMutablePointer<T>
    {
        let raw = UnsafeMutableRawPointer.allocate(byteCount: MemoryLayout<T>.size, alignment: 16)
        raw.initializeMemory(as: UInt8.self, repeating: 0, count: MemoryLayout<T>.size)
        let handle = raw.assumingMemoryBound(to: T.self)
        let status = start(loop.uv, handle)
        guard status == 0 else {
            raw.deallocate()
            throw SystemError(code: -status, operation: "start an event source")
        }
        uv_handle_set_data(raw.assumingMemoryBound(to: uv_handle_t.self), Unmanaged.passRetained(self).toOpaque())
        return handle
    }

    /// Closes a handle that `makeHandle` made; its memory goes, and the owner is released, once libuv is done with it.
    static func closeHandle<T>(_ handle: UnsafeMutablePointer<T>) {
        let base = UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self)
        guard uv_is_closing(base) == 0 else { return }
        uv_close(base) { closed in
            guard let closed else { return }
            if let owner = uv_handle_get_data(closed) { Unmanaged<LoopHandle>.fromOpaque(owner).release() }
            UnsafeMutableRawPointer(closed).deallocate()
        }
    }

    /// Ends the events of a socket and closes it; harmless when that was done before.
    static func release(_ handle: inout UnsafeMutablePointer<uv_poll_t>?, _ descriptor: inout Int32) {
        if let polled = handle {
            handle = nil
            uv_poll_stop(polled)
            closeHandle(polled)
        }
        if descriptor >= 0 { closeDescriptor(descriptor) }
        descriptor = -1
    }

    /// The owner of a handle inside a libuv callback.
    @inline(__always)
    static func owner<T, Owner: LoopHandle>(of handle: UnsafeMutablePointer<T>?, as type: Owner.Type) -> Owner? {
        guard let handle, let data = uv_handle_get_data(UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self)) else { return nil }
        return unsafeDowncast(Unmanaged<LoopHandle>.fromOpaque(data).takeUnretainedValue(), to: Owner.self)
    }
}
