// From a plain C++ function to the boxed call of libtorch's stable C shim: 64-bit cells in, 64-bit cells out.
#pragma once
#include <cstring>
#include <optional>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "torch_call.h"

namespace mhc::torch {

// What a cell holds. Every handle that comes in is the callee's to delete, every one that goes out the caller's.
template <class T>
struct Cell;

template <>
struct Cell<Tensor> {
    static Tensor take(uint64_t cell) { return Tensor(reinterpret_cast<void*>(cell)); }
    static uint64_t give(Tensor& tensor) { return reinterpret_cast<uint64_t>(tensor.release()); }
};

// Tensor?: zero, or a heap cell that holds the handle.
template <>
struct Cell<std::optional<Tensor>> {
    static std::optional<Tensor> take(uint64_t cell) {
        uint64_t* inner = reinterpret_cast<uint64_t*>(cell);
        if (inner == nullptr) return std::nullopt;
        std::optional<Tensor> tensor = Cell<Tensor>::take(*inner);
        delete inner;
        return tensor;
    }
};

template <>
struct Cell<int64_t> {
    static int64_t take(uint64_t cell) { return int64_t(cell); }
    static uint64_t give(int64_t value) { return uint64_t(value); }
};

template <>
struct Cell<double> {
    static double take(uint64_t cell) {
        double value;
        std::memcpy(&value, &cell, sizeof value);
        return value;
    }
};

template <>
struct Cell<bool> {
    // Some libtorchs write its one byte alone.
    static bool take(uint64_t cell) {
        bool value;
        std::memcpy(&value, &cell, sizeof value);
        return value;
    }
};

template <auto op>
struct Boxed;

template <class... Results, class... Arguments, std::tuple<Results...> (*op)(Arguments...)>
struct Boxed<op> {
    static void call(uint64_t* cells, uint64_t, uint64_t) { call(cells, std::index_sequence_for<Arguments...>()); }

    template <size_t... I>
    static void call([[maybe_unused]] uint64_t* cells, std::index_sequence<I...>) {
        std::tuple<Arguments...> arguments{Cell<Arguments>::take(cells[I])...};
        std::optional<Device> device;
        (find_device(std::get<I>(arguments), device), ...);
        const CallOn call(device);
        if (device && shim().grad_mode_is_enabled()) {
            throw std::runtime_error(
                "torch.ops.mhc has no backward pass: call it with gradients off, or train on the reference operations");
        }
        std::tuple<Results...> results = std::apply(op, std::move(arguments));
        std::apply([&](Results&... result) {
            size_t at = 0;
            ((cells[at++] = Cell<Results>::give(result)), ...);
        }, results);
    }
};

}  // namespace mhc::torch
