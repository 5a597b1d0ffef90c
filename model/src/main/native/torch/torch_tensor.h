// Tensors of the libtorch in this process, through its stable C shim alone: no torch header, one binary for 2.7 and
// newer.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace mhc::torch {

// The shim's functions, null where this libtorch has none. An error code other than 0 is a failure.
struct Shim {
    int32_t (*library_init_def)(const char* name, const char* file, uint32_t line, void** library);
    int32_t (*library_init_impl)(const char* name, const char* key, const char* file, uint32_t line, void** library);
    int32_t (*library_def)(void* library, const char* schema);
    int32_t (*library_impl)(void* library, const char* name, void (*boxed)(uint64_t*, uint64_t, uint64_t));
    int32_t (*get_data_ptr)(void* tensor, void** data);
    int32_t (*get_dim)(void* tensor, int64_t* dimensions);
    int32_t (*get_sizes)(void* tensor, int64_t** sizes);
    int32_t (*get_strides)(void* tensor, int64_t** strides);
    int32_t (*get_dtype)(void* tensor, int32_t* dtype);
    int32_t (*get_device_type)(void* tensor, int32_t* type);
    int32_t (*get_device_index)(void* tensor, int32_t* index);
    int32_t (*empty_strided)(int64_t dimensions, const int64_t* sizes, const int64_t* strides, int32_t dtype,
                             int32_t device_type, int32_t device_index, void** tensor);
    int32_t (*copy_)(void* self, void* source, int32_t non_blocking);
    int32_t (*delete_tensor_object)(void* tensor);
    bool (*grad_mode_is_enabled)();
    // Not needed, and asked for where it is there.
    int32_t (*call_dispatcher)(const char* op, const char* overload, uint64_t* cells);

    bool complete() const;
};

const Shim& shim();

enum Type : int32_t { LONG = 4, FLOAT = 6, DOUBLE = 7, BFLOAT16 = 15 };

struct Device {
    int32_t type, index;

    bool cuda() const { return type == 1; }
    bool operator==(Device other) const { return type == other.type && index == other.index; }
};

// The stream on which libtorch works on a CUDA device, for this thread; false where this libtorch has none to give.
bool current_cuda_stream(int32_t device, void** stream);

// An owned handle of a tensor.
class Tensor {
public:
    Tensor() = default;
    explicit Tensor(void* handle) : handle_(handle) {}
    Tensor(Tensor&& other) noexcept : handle_(other.release()) {}
    Tensor& operator=(Tensor&& other) noexcept;
    ~Tensor();

    // An uninitialised contiguous tensor.
    static Tensor empty(const std::vector<int64_t>& sizes, Type type, Device device);
    static Tensor empty(const std::vector<int64_t>& sizes, Type type, const Tensor& like) {
        return empty(sizes, type, like.device());
    }

    static Tensor empty_strided(const std::vector<int64_t>& sizes, const std::vector<int64_t>& strides, Type type,
                                Device device);

    explicit operator bool() const { return handle_ != nullptr; }
    void* release();
    void* data() const;
    Type type() const;
    Device device() const;
    std::vector<int64_t> sizes() const;
    std::vector<int64_t> strides() const;
    // This tensor, or a contiguous copy of it.
    Tensor contiguous() &&;

private:
    void* handle_ = nullptr;
};

}  // namespace mhc::torch
